/** What a console is started with. */
import type { ConnectionOptions } from "../../client/node/index.ts";
import type { ActionStore, TraceSource } from "./api/ports.ts";
import type { PeopleStore } from "./auth/people.ts";
import type { SessionStore } from "./auth/session-store.ts";
import type { BridgeOptions } from "./bridge/bridge.ts";
import type { PresenceStore } from "./bridge/presence.ts";
import type { TokenStore } from "./bridge/tokens.ts";
import type { Clock } from "./clock.ts";
import type { Lookups } from "./collector/lookups.ts";
import type { About, DatabaseStatus } from "./contract/index.ts";
import type { Database } from "./history/database.ts";
import type { LeaseStore } from "./lease/console-lease.ts";
import type { AccessOptions } from "./nsqadmin/access.ts";
import type { ConfigPort } from "./nsqadmin/config-routes.ts";
import type { PeerAddress } from "./peer-address.ts";
import type { Networks, PeersOptions } from "./peers.ts";
import type { HealthSource } from "./reads/reads.ts";

export interface ConsoleServerOptions {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly nodes: readonly PeerAddress[];
  /** Where nodes are found, instead. */
  readonly lookups: readonly PeerAddress[];
  readonly peers: Omit<PeersOptions, "secret">;
  /** Private networks that webhooks may reach; null: none. */
  readonly webhookNetworks: Networks | null;
  /** `--base-path` as `basePath` writes it. */
  readonly base: string;
  readonly nsqadmin: Omit<AccessOptions, "secure" | "signedIn"> & {
    readonly notificationEndpoint: string | null;
    readonly config: (lookups: Lookups | null) => ConfigPort;
  };
  /** Of the connections to nodes over which pages consume and publish. */
  readonly pageClients?: Partial<ConnectionOptions>;
  readonly cluster: string;
  readonly secret: string;
  readonly allowedHosts: readonly string[];
  /** People reach it by https, through a proxy. */
  readonly secure: boolean;
  readonly version: string;
  readonly environment: string;
  readonly about: () => About;
  /** null: started without Postgres. */
  readonly stores: {
    readonly sessions: SessionStore;
    readonly browserTokens?: TokenStore;
    readonly browserPresence?: PresenceStore;
    readonly actions: ActionStore;
    readonly traces: TraceSource;
    readonly people?: PeopleStore;
    readonly leases?: LeaseStore;
    readonly health?: HealthSource;
    readonly background?: Database;
  } | null;
  readonly database: () => DatabaseStatus;
  /** Where the pages' process serves now; null: it does not. */
  readonly pagesUrl: () => string | null;
  readonly warn: (message: string) => void;
  readonly clock?: Clock;
  readonly nodeIntervalMs?: number;
  readonly lookupIntervalMs?: number;
  readonly forgetMs?: number;
  readonly recheckMs?: number;
  readonly pagePings?: BridgeOptions["pings"];
}
