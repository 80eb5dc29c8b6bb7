import { randomBytes } from "node:crypto";

/** A topic name no other test has: tests of one file share a node. */
export function uniqueTopic(purpose = "t"): string {
  return `${purpose}_${randomBytes(6).toString("hex")}`;
}
