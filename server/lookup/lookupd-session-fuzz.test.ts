import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isValidName } from "../protocol/names.ts";
import { eventually } from "../testing/eventually.ts";
import { identify, nodeIdentity } from "../testing/lookup-node.ts";
import { TestLookupd } from "../testing/lookupd.ts";
import { PeerSocket } from "../testing/peer-socket.ts";

const who = '{"broadcast_address":"","hostname":"","http_port":2,"tcp_port":1,"version":"1.3.0"}';
const undecodable = "E_BAD_BODY IDENTIFY failed to decode JSON body";
const valid = JSON.stringify(nodeIdentity);
const deep = `{"hostname":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;

/** Bodies of an IDENTIFY and what each is answered. */
const bodies: Readonly<Record<string, string>> = {
  [valid]: who,
  [`{"__proto__":{"version":"1"},"constructor":1}`]: "E_BAD_BODY IDENTIFY missing fields",
  [`{"tcp_port":1e999}`]: undecodable,
  [deep]: undecodable,
  "": undecodable,
};
const name = fc.constantFrom("t", "u", "a!b", "", "__proto__", "e#ephemeral", "\xff", "x".repeat(65));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom("REGISTER", "UNREGISTER"), name, name) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom("REGISTER", "UNREGISTER"), fc.constantFrom("t", "u")) },
  { weight: 4, arbitrary: fc.constant(["PING"]) },
  { weight: 1, arbitrary: fc.constantFrom(["REGISTER"], ["PONG"], ["ping"], ["PING", "x"], [""]) },
);
const start = fc.oneof(
  { weight: 5, arbitrary: fc.constant([["IDENTIFY", valid]]) },
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(bodies)).map((body) => [["IDENTIFY", body]]) },
  { weight: 1, arbitrary: fc.constant<string[][]>([]) },
);

/** What NSQ answers to these commands, up to the error that ends them. */
function replies(steps: readonly (readonly string[])[]): string[] {
  const said: string[] = [];
  let identified = false;
  for (const [verb, topic, channel = ""] of steps) {
    const answer = (): string => {
      if (verb === "PING") return "OK";
      if (verb === "IDENTIFY") return identified ? "E_INVALID cannot IDENTIFY again" : bodies[topic!]!;
      if (verb !== "REGISTER" && verb !== "UNREGISTER") return `E_INVALID invalid command ${verb}`;
      if (!identified) return "E_INVALID client must IDENTIFY";
      if (topic === undefined) return `E_INVALID ${verb} insufficient number of params`;
      // Trailing spaces are cut off, and a missing topic with them.
      if (topic === "" && channel === "") return `E_INVALID ${verb} insufficient number of params`;
      if (!isValidName(topic)) return `E_BAD_TOPIC ${verb} topic name '${topic}' is not valid`;
      if (channel !== "" && !isValidName(channel))
        return `E_BAD_CHANNEL ${verb} channel name '${channel}' is not valid`;
      return "OK";
    };
    said.push(answer());
    if (said.at(-1) === who) identified = true;
    if (said.at(-1)!.startsWith("E_")) break;
  }
  return said;
}

function wire(steps: readonly (readonly string[])[]): Buffer {
  const commands = steps.map(([verb, ...rest]) =>
    verb === "IDENTIFY" ? identify(rest[0]!) : Buffer.from(`${[verb, ...rest].join(" ")}\n`, "latin1"),
  );
  return Buffer.concat([Buffer.from("  V1"), ...commands]);
}

function decode(bytes: Buffer): string[] {
  const said: string[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readInt32BE(at)) {
    said.push(bytes.toString("latin1", at + 4, at + 4 + bytes.readInt32BE(at)));
  }
  return said;
}

test("[LB1] whatever a node says, in whatever pieces, is answered as NSQ answers it, and it leaves nothing", async () => {
  const stream = fc.tuple(start, fc.array(step, { maxLength: 30 }), fc.array(fc.nat(200), { maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(stream, async ([first, more, cuts]) => {
      const lookupd = new TestLookupd({});
      const socket = new PeerSocket();
      let gone = false;
      lookupd.accept(socket, () => {
        gone = true;
      });
      const steps = [...first, ...more];
      const bytes = wire(steps);
      const expected = replies(steps);

      let at = 0;
      for (const cut of cuts) {
        socket.push(bytes.subarray(at, at + cut));
        at = Math.min(at + cut, bytes.length);
        await turn();
      }
      socket.push(bytes.subarray(at));
      await eventually(() => expect(decode(Buffer.concat(socket.taken))).toEqual(expected));
      socket.push(null);
      await eventually(() => expect(gone).toBe(true));

      expect(decode(Buffer.concat(socket.taken))).toEqual(expected);
      expect(lookupd.registry.producers.size).toBe(0);
    }),
    { numRuns: 150 },
  );
});
