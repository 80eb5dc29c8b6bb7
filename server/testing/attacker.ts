/**
 * An attack as a process of its own, behind everybody else in the queue for a core: an attacker has
 * a machine of its own, and what this one's work would take from the others' is not the node's doing.
 * Arguments: the attack's title, the node's TCP port, and `others` for its blameless part. Ends when its parent
 * says so or goes.
 */
import { constants, setPriority } from "node:os";
import { attacks } from "./hostile-attacks.ts";

const [title, port, part] = process.argv.slice(2);
const attack = attacks.find((one) => one.title === title);
if (attack === undefined) throw new Error(`no attack "${title}"`);
if (part !== "others") setPriority(constants.priority.PRIORITY_LOW);
const stop = new AbortController();
process.on("disconnect", () => stop.abort());
const run = part === "others" ? attack.others : attack.run;
await run?.(Number(port), stop.signal);
process.exit(0);
