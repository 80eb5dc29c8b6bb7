/** What the two faces of a lookup need of it. */
import type { Turns } from "../http-api/turns.ts";
import type { LookupdIdentity } from "../protocol/lookup.ts";
import type { Registry } from "./registry.ts";

export interface LookupdPorts {
  readonly registry: Registry;
  /** Of nodes whose commands take longer than a turn of the loop, one goes on in each. */
  readonly turns: Turns;
  /** As nodes are told, with the ports that are really listened on. */
  identity(): LookupdIdentity;
  log(level: "info" | "warn" | "error", text: string): void;
}
