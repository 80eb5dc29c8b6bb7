/** What the two faces of a lookup need of it. */
import type { LookupdIdentity } from "../protocol/lookup.ts";
import type { Registry } from "./registry.ts";

export interface LookupdPorts {
  readonly registry: Registry;
  /** As nodes are told, with the ports that are really listened on. */
  identity(): LookupdIdentity;
  log(level: "info" | "warn" | "error", text: string): void;
}
