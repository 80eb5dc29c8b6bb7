import { Socket } from "node:net";
import { expect, test } from "vitest";
import { SilentSockets } from "./silent-sockets.ts";

const atOnce = { crowdMost: 10, graceMs: 0 };
/** Those of `sockets` that were not cut off. */
const left = (sockets: readonly Socket[]) => sockets.flatMap(({ destroyed }, at) => (destroyed ? [] : [at]));

test("[BC15] of one address the longest waiting gives its place up, and others keep theirs", () => {
  const silent = new SilentSockets({ ...atOnce, most: 10, perAddressMost: 2 });
  const other = new Socket();
  silent.wait(other, "10.0.0.2");
  const sockets = Array.from({ length: 5 }, () => new Socket());
  for (const socket of sockets) silent.wait(socket, "10.0.0.1");

  expect(left(sockets)).toEqual([3, 4]);
  expect([other.destroyed, silent.count]).toEqual([false, 3]);
});

test("[BC15] when all places are taken the address that has the most gives one up", () => {
  const silent = new SilentSockets({ ...atOnce, most: 4, perAddressMost: 3 });
  const [first, ...others] = Array.from({ length: 2 }, () => new Socket());
  silent.wait(first!, "10.0.0.1");
  const many = Array.from({ length: 3 }, () => new Socket());
  for (const socket of many) silent.wait(socket, "10.0.0.2");
  silent.wait(others[0]!, "10.0.0.3");

  expect(left(many)).toEqual([1, 2]);
  expect(left([first!, others[0]!])).toEqual([0, 1]);
});

test("[BC15] who has spoken is not cut off, and who is gone waits no more", async () => {
  const silent = new SilentSockets({ ...atOnce, most: 1, perAddressMost: 1 });
  const [spoken, gone, next] = [new Socket(), new Socket(), new Socket()];
  silent.wait(spoken, "10.0.0.1");
  silent.spoke(spoken);
  silent.wait(gone, "10.0.0.1");
  const closed = new Promise((resolve) => gone.once("close", resolve));
  gone.destroy();
  await closed;
  silent.wait(next, "10.0.0.1");
  silent.wait(gone, "10.0.0.1");

  expect([spoken.destroyed, next.destroyed, silent.count]).toEqual([false, false, 1]);
});

test("[BC15] who has only just come is not cut off for being one of many, unless they are a crowd", () => {
  let nowMs = 0;
  const silent = new SilentSockets({ most: 2, perAddressMost: 1, crowdMost: 4, graceMs: 3_000 }, () => nowMs);
  const sockets = Array.from({ length: 5 }, () => new Socket());
  for (const socket of sockets.slice(0, 4)) silent.wait(socket, "10.0.0.1");
  expect(left(sockets)).toEqual([0, 1, 2, 3, 4]);

  silent.wait(sockets[4]!, "10.0.0.1");
  expect(left(sockets)).toEqual([1, 2, 3, 4]);

  nowMs = 3_000;
  const next = new Socket();
  silent.wait(next, "10.0.0.1");
  expect(left([...sockets, next])).toEqual([5]);
});
