import { expect, test } from "vitest";
import { Packets } from "./packets.ts";

test("[ST1] datagrams hold whole lines, as many as fit; a longer one goes alone", () => {
  const sent: string[] = [];
  const packets = new Packets(10, (packet) => sent.push(packet.toString()));

  for (const line of ["abcd\n", "efgh\n", "i\n", "far too long\n", "äöü\n", "xyz\n"]) packets.add(line);
  packets.flush();
  packets.flush();

  expect(sent).toEqual(["abcd\nefgh\n", "i\n", "far too long\n", "äöü\n", "xyz\n"]);
});
