/** Everything of the bridge, put together: its tokens, its sockets, its routes. */
import type { FastifyInstance } from "fastify";
import type { ActionLog } from "../api/action-log.ts";
import type { Sessions } from "../auth/sessions.ts";
import { Bridge, type BridgeOptions } from "./bridge.ts";
import { MemoryTokens } from "./memory-tokens.ts";
import { Presence, type PresenceStore } from "./presence.ts";
import { bridgeRoutes } from "./routes.ts";
import { SpareTokens } from "./spare-tokens.ts";
import { BridgeTokens, type TokenStore } from "./tokens.ts";

export interface OpenBridgeOptions extends Omit<BridgeOptions, "tokens"> {
  /** null: started without Postgres. */
  readonly store: TokenStore | null;
  readonly presenceStore: PresenceStore | null;
  readonly sessions: Sessions;
  readonly log: ActionLog;
}

export interface OpenBridge {
  readonly close: () => Promise<void>;
  readonly addRoutes: (app: FastifyInstance) => void;
}

export function openBridge({
  store,
  presenceStore,
  sessions,
  log,
  ...options
}: OpenBridgeOptions): OpenBridge {
  const { clock } = options;
  const isSessionOver = async (id: string) => (await sessions.checkId(id, false)) === null;
  const kept = store === null ? new MemoryTokens() : new SpareTokens(store, isSessionOver);
  const tokens = new BridgeTokens(kept, clock);
  const bridge = new Bridge({ ...options, tokens });
  // What a person's page was given ends with the person's session; who may other things now asks for another token.
  sessions.onEnd((id, reason) => {
    const code = reason === "changed" ? "expired" : "revoked";
    bridge.revoked(({ by }) => by.kind === "session" && by.id === id, code);
  });
  const presence = new Presence({ bridge, store: presenceStore, console: options.bootId });
  return {
    close: async () => void (await Promise.all([presence.close(), bridge.close()])),
    addRoutes: (app) => bridgeRoutes(app, { presence, tokens, log, wallMs: () => clock.wallMs() }),
  };
}
