/** What a console's flags mean to its server. */
import { readFileSync } from "node:fs";
import { parseConnectionOptions } from "../../client/node/index.ts";
import { StartError } from "../cli/config-file.ts";
import type { ConsoleOptions } from "../cli/console-options.ts";
import { type Lookups, lookupsMax } from "../console/collector/lookups.ts";
import { basePath } from "../console/edge/base-path.ts";
import type { PeerSettings } from "../console/http-peer.ts";
import type { ConfigPort } from "../console/nsqadmin/config-routes.ts";
import type { ConsoleServerOptions } from "../console/options.ts";
import { type PeerAddress, parsePeerAddress } from "../console/peer-address.ts";
import {
  type ConfigRow,
  configValue,
  logLevelNumber,
  parseAddressList,
  parseLogLevel,
} from "../protocol/config-value.ts";
import { type Networks, parseNetworks } from "./networks.ts";
import type { NodeLog } from "./node-log.ts";

type Settings = Pick<
  ConsoleServerOptions,
  "nodes" | "lookups" | "peers" | "pageClients" | "webhookNetworks" | "base" | "nsqadmin"
>;

/** @throws StartError when an address is none or a file cannot be read. */
export function consoleSettings(
  options: ConsoleOptions,
  table: Readonly<Record<string, ConfigRow>>,
  log: NodeLog,
): Settings {
  const configCidr = options["allow-config-from-cidr"];
  const nodeCidrs = options["node-cidr"];
  const webhookCidrs = options["webhook-cidr"];
  return {
    nodes: addresses(options["nsqd-http-address"]),
    lookups: addresses(options["lookupd-http-address"]),
    base: basePath(options["base-path"]),
    peers: {
      settings: peerSettings(options),
      nodeNetworks: nodeCidrs.length === 0 ? null : networks(nodeCidrs),
    },
    pageClients: parseConnectionOptions(options["page-opt"]),
    webhookNetworks: webhookCidrs.length === 0 ? null : networks(webhookCidrs),
    nsqadmin: {
      api: options["nsqadmin-api"],
      header: options["acl-http-header"].toLowerCase(),
      admins: options["admin-user"],
      proxies: networks(options["trusted-proxy"]),
      configNetworks: configCidr === "" ? null : networks([configCidr]),
      notificationEndpoint: options["notification-http-endpoint"] || null,
      config: (lookups) => configPort(options, table, log, lookups),
    },
  };
}

function addresses(texts: readonly string[]): PeerAddress[] {
  try {
    return texts.map(parsePeerAddress);
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

/** They have been checked with the other options. */
function networks(texts: readonly string[]): Networks {
  const parsed = parseNetworks(texts);
  if (parsed === null) throw new StartError(`not a network: ${texts.join(", ")}`);
  return parsed;
}

function peerSettings(options: ConsoleOptions): PeerSettings {
  const pem = (name: "root-ca-file" | "cert" | "key") => {
    const path = options[`http-client-tls-${name}`];
    try {
      return path === "" ? undefined : readFileSync(path, "utf8");
    } catch (error) {
      throw new StartError(`--http-client-tls-${name}: ${(error as Error).message}`);
    }
  };
  const [ca, cert, key] = [pem("root-ca-file"), pem("cert"), pem("key")];
  return {
    connectTimeoutMs: options["http-client-connect-timeout"],
    requestTimeoutMs: options["http-client-request-timeout"],
    tls: {
      rejectUnauthorized: !options["http-client-tls-insecure-skip-verify"],
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

const lookupsKey = "nsqlookupd_http_addresses";

function configPort(
  options: ConsoleOptions,
  table: Readonly<Record<string, ConfigRow>>,
  log: NodeLog,
  lookups: Lookups | null,
): ConfigPort {
  return {
    get: (key) => {
      if (key === "log_level") return logLevelNumber(log.level);
      if (key === lookupsKey) return lookups?.addresses ?? [];
      return configValue(table, options, key);
    },
    put: (key, text) => {
      if (key === "log_level") {
        const level = parseLogLevel(text.trim());
        if (level) log.level = level;
        return level ? "done" : "invalid";
      }
      if (key !== lookupsKey) return "unknown";
      // A console of named nodes does not become one of lookups while it runs.
      const addresses = parseAddressList(text, lookupsMax);
      return addresses && lookups?.setAddresses(addresses) ? "done" : "invalid";
    },
  };
}
