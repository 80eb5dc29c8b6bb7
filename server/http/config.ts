/** `/config/:opt`: reads every option that is backed by a flag, changes the two that can change. */

import { Refusal } from "../http-api/errors.ts";
import { configValue, logLevelNumber, parseAddressList, parseLogLevel } from "../protocol/config-value.ts";
import { type Answer, type Call, Json } from "./call.ts";
import type { HttpPorts } from "./ports.ts";
import { bodyRefusal } from "./publish.ts";

const lookupdName = "nsqlookupd_tcp_addresses";
const logLevelName = "log_level";
const addressesMax = 64;

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
  const level = parseLogLevel(text);
  if (level) settings.setLogLevel(level);
  return level !== undefined;
}

function setLookupdAddresses({ settings }: HttpPorts, text: string): boolean {
  const addresses = parseAddressList(text, addressesMax);
  if (addresses) settings.setLookupdTcpAddresses(addresses);
  return addresses !== null;
}

function show({ settings, optionTable, options }: HttpPorts, key: string): Answer {
  if (key === logLevelName) return new Json(logLevelNumber(settings.logLevel()));
  if (key === lookupdName) return new Json(settings.lookupdTcpAddresses());
  const value = configValue(optionTable, options, key);
  if (value === undefined) return new Refusal("INVALID_OPTION");
  return typeof value === "string" ? value : new Json(value);
}
