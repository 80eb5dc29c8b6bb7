/** `/config/:opt`: reads every option that is backed by a flag, changes the two that can change. */

import { Refusal } from "../http-api/errors.ts";
import { type Answer, type Call, Json } from "./call.ts";
import type { HttpPorts, LogLevel } from "./ports.ts";
import { bodyRefusal } from "./publish.ts";

export const nsPerMs = 1e6;
const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error", "fatal"];
const tlsRequiredNumbers: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [false, 0],
  ["tcp-https", 1],
  [true, 2],
]);
const tlsVersionNumbers: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["tls1.0", 0x301],
  ["tls1.1", 0x302],
  ["tls1.2", 0x303],
  ["tls1.3", 0x304],
]);
const lookupdName = "nsqlookupd_tcp_addresses";
const logLevelName = "log_level";
const addressesMax = 64;
/** Flags that are no options of a running node. */
const hidden: ReadonlySet<string> = new Set(["config", "version", "verbose", "worker-id"]);

export function readConfig(call: Call): Answer {
  return show(call.ports, call.parameter);
}

export async function writeConfig(call: Call): Promise<Answer> {
  const { ports, bodies, parameter } = call;
  const body = await bodies.read(call, ports.options["max-msg-size"]);
  if (typeof body === "string") return bodyRefusal(body, "INVALID_VALUE");
  if (body.length === 0) return new Refusal("INVALID_VALUE");
  const set = writable.get(parameter);
  if (!set) return new Refusal("INVALID_OPTION");
  // Its status is 413 where the length is at fault, 400 where the content is.
  if (!set(ports, body.toString("utf8"))) return new Refusal("INVALID_VALUE", "", {}, 400);
  return show(ports, parameter);
}

const writable: ReadonlyMap<string, (ports: HttpPorts, text: string) => boolean> = new Map([
  [logLevelName, setLogLevel],
  [lookupdName, setLookupdAddresses],
]);

function setLogLevel({ settings }: HttpPorts, text: string): boolean {
  const level = logLevels.find((known) => known === text.toLowerCase());
  if (level) settings.setLogLevel(level);
  return level !== undefined;
}

function setLookupdAddresses({ settings }: HttpPorts, text: string): boolean {
  let addresses: unknown;
  try {
    addresses = JSON.parse(text);
  } catch {
    return false;
  }
  if (!Array.isArray(addresses) || addresses.length > addressesMax) return false;
  if (!addresses.every((address) => typeof address === "string")) return false;
  settings.setLookupdTcpAddresses(addresses);
  return true;
}

function show(ports: HttpPorts, key: string): Answer {
  const { settings, optionTable, options } = ports;
  if (key === logLevelName) return new Json(logLevels.indexOf(settings.logLevel()) + 1);
  if (key === lookupdName) return new Json(settings.lookupdTcpAddresses());
  for (const [name, row] of Object.entries(optionTable)) {
    if ((row.fileKey ?? name.replaceAll("-", "_")) !== key || hidden.has(name) || row.secret) continue;
    return shown(name, row.kind, options[name]);
  }
  return new Refusal("INVALID_OPTION");
}

function shown(name: string, kind: string, value: unknown): Answer {
  if (name === "tls-required") return new Json(tlsRequiredNumbers.get(value));
  if (name === "tls-min-version") return new Json(tlsVersionNumbers.get(value));
  if (kind === "duration") return new Json(Number(value) * nsPerMs);
  return typeof value === "string" ? value : new Json(value);
}
