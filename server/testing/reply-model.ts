/**
 * What a session must answer, by the table of NSQ's commands and nothing of our code: one
 * reply for each command that has one, in order, a fatal error last.
 */
import { identify, int32, mpub, withBody } from "./commands.ts";

export type Step =
  | { readonly verb: "NOP" | "CLS"; readonly tail: string }
  | { readonly verb: "NOPs"; readonly times: number }
  | { readonly verb: "RDY"; readonly count: string | null }
  | { readonly verb: "SUB"; readonly channel: string }
  | { readonly verb: "FIN" | "REQ" | "TOUCH"; readonly id: string }
  | { readonly verb: "PUB" | "DPUB"; readonly topic: string; readonly bytes: number }
  | { readonly verb: "MPUB"; readonly sizes: readonly number[] }
  | { readonly verb: "IDENTIFY"; readonly heartbeatMs: number; readonly negotiates: boolean }
  | { readonly verb: "junk"; readonly line: string };

export const bytesMax = 1_000;
const idBytes = 16;
const line = (text: string) => Buffer.from(`${text}\n`, "latin1");

export function wire(step: Step): Buffer {
  if ("tail" in step) return line(`${step.verb}${step.tail}`);
  if ("times" in step) return Buffer.from("NOP\n".repeat(step.times));
  if ("count" in step) return line(step.count === null ? "RDY" : `RDY ${step.count}`);
  if ("channel" in step) return line(`SUB asked ${step.channel}`);
  if ("id" in step) return line(`${step.verb} ${step.id}${step.verb === "REQ" ? " 0" : ""}`);
  if ("line" in step) return line(step.line);
  if ("topic" in step) {
    const after = step.verb === "DPUB" ? " 5" : "";
    return withBody(`${step.verb} ${step.topic}${after}`, Buffer.alloc(step.bytes, "\n"));
  }
  if ("sizes" in step) {
    return mpub(
      "told",
      step.sizes.map((size) => Buffer.alloc(size, "P")),
    );
  }
  return identify({ heartbeat_interval: step.heartbeatMs, feature_negotiation: step.negotiates });
}

/** The beginnings of the replies' texts; `ended`: the connection is over with the last one. */
export function replies(steps: readonly Step[]): { readonly texts: string[]; readonly ended: boolean } {
  const texts: string[] = [];
  let state: "init" | "subscribed" | "closing" = "init";
  let beats = true;
  const fatal = (text: string) => ({ texts: [...texts, text], ended: true });
  for (const step of steps) {
    const { verb } = step;
    const outOfState = fatal(`E_INVALID cannot ${verb} in current state`);
    if (verb === "junk") return fatal(`E_INVALID invalid command ${step.line.split(" ")[0]}`);
    if (verb === "IDENTIFY") {
      if (state !== "init") return outOfState;
      if (step.heartbeatMs > 0 && step.heartbeatMs < 1_000) {
        return fatal(`E_BAD_BODY IDENTIFY heartbeat interval (${step.heartbeatMs}) is invalid`);
      }
      beats = step.heartbeatMs !== -1;
      texts.push(step.negotiates ? '{"max_rdy_count":' : "OK");
    } else if (verb === "SUB") {
      if (state !== "init") return outOfState;
      if (!beats) return fatal("E_INVALID cannot SUB with heartbeats disabled");
      if (step.channel === "") return fatal('E_BAD_CHANNEL SUB channel name "" is not valid');
      state = "subscribed";
      texts.push("OK");
    } else if (verb === "CLS") {
      if (state !== "subscribed") return outOfState;
      state = "closing";
      texts.push("CLOSE_WAIT");
    } else if (verb === "RDY") {
      if (state === "init") return outOfState;
      if (state === "closing" || step.count === null || step.count === "") continue;
      if (!/^\d+$/.test(step.count)) return fatal(`E_INVALID RDY could not parse count ${step.count}`);
      if (Number(step.count) > 2_500) return fatal(`E_INVALID RDY count ${step.count} out of range 0-2500`);
    } else if (verb === "FIN" || verb === "REQ" || verb === "TOUCH") {
      if (state === "init") return outOfState;
      const id = step.id.split(" ")[0]!;
      if (id.length !== idBytes) return fatal("E_INVALID invalid message ID");
      texts.push(`E_${verb}_FAILED ${verb} ${id} failed ID not in flight`);
    } else if (verb === "PUB" || verb === "DPUB") {
      if (!/^\w+$/.test(step.topic))
        return fatal(`E_BAD_TOPIC ${verb} topic name "${step.topic}" is not valid`);
      if (step.bytes === 0) return fatal(`E_BAD_MESSAGE ${verb} invalid message body size 0`);
      if (step.bytes > bytesMax)
        return fatal(`E_BAD_MESSAGE ${verb} message too big ${step.bytes} > ${bytesMax}`);
      texts.push("OK");
    } else if (verb === "MPUB") {
      if (step.sizes.length === 0) return fatal("E_BAD_BODY MPUB invalid message count 0");
      const bad = step.sizes.findIndex((size) => size === 0 || size > bytesMax);
      if (bad < 0) texts.push("OK");
      else if (step.sizes[bad] === 0) return fatal(`E_BAD_MESSAGE MPUB invalid message(${bad}) body size 0`);
      else return fatal(`E_BAD_MESSAGE MPUB message too big ${step.sizes[bad]} > ${bytesMax}`);
    }
  }
  return { texts, ended: false };
}

/** A PUB of which everything but the last byte comes, and how an end there is answered. */
export const unfinished = {
  wire: Buffer.concat([Buffer.from("PUB cut\n"), int32(10), Buffer.alloc(9, "\n")]),
  text: "E_BAD_MESSAGE PUB failed to read message body",
};
