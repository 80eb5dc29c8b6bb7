/**
 * Browsers' sockets, without the browsers: each watches the state of everything and a part of the topics, in
 * orders and places of their own. `fork` it with an address, a number, and the cookies of as many sessions as it
 * takes; it sends `{ ready }`, and what came since the last time whenever it is sent anything.
 */
import { io } from "socket.io-client";
import { foldDelta } from "../../app/live/fold.ts";
import {
  isWindowRoom,
  type Snapshot,
  socketsPerSessionMax,
  type WindowRequest,
} from "../../server/console/contract/index.ts";

export interface SocketCounts {
  /** Since the last time. */
  readonly bytes: number;
  readonly deltas: number;
  readonly gaps: number;
}

/** Pages of people differ in what they sort and look for; many look at the first rows of the same order. */
const orders: readonly WindowRequest[] = [
  { sort: "-depth" },
  { sort: "-in" },
  { sort: "-oldest" },
  { sort: "name" },
  { sort: "-depth", q: "orders" },
  { sort: "-depth", state: ["durable"] },
  { sort: "-inflight,-depth" },
  { sort: "-out", q: "events-01" },
];

/** As the page of topics has them by itself. */
const shown = [
  ...["name", "depth", "stored", "inflight", "deferred", "in", "out", "oldest"],
  ...["channels", "consumers", "nodes"],
];

const [url, count, ...cookies] = process.argv.slice(2) as [string, string, ...string[]];
let [bytes, deltas, gaps] = [0, 0, 0];

for (let at = 0; at < Number(count); at++) await open(at);
process.send!({ ready: true });
process.on("message", () => {
  process.send!({ bytes, deltas, gaps } satisfies SocketCounts);
  [bytes, deltas, gaps] = [0, 0, 0];
});
process.on("disconnect", () => process.exit());

async function open(at: number): Promise<void> {
  const cookie = cookies[Math.floor(at / socketsPerSessionMax)]!;
  const socket = io(url, {
    ...{ transports: ["websocket"], reconnection: false, forceNew: true },
    extraHeaders: { origin: url, cookie },
  });
  const held = new Map<string, Snapshot>();
  const window = {
    ...orders[at % orders.length],
    ...{ offset: at % 4 === 0 ? 0 : (at * 10) % 400, limit: 50, columns: shown },
  };
  const watch = (room: string) =>
    socket.timeout(30_000).emitWithAck("watch", room, isWindowRoom(room) ? { window } : {});
  socket.on("snapshot", (snapshot: Snapshot) => held.set(snapshot.room, snapshot));
  socket.on("delta", (delta) => {
    deltas += 1;
    const next = foldDelta(held.get(delta.room), delta);
    if (next !== "gap") return void held.set(delta.room, next);
    gaps += 1;
    void watch(delta.room);
  });
  const ready = new Promise<void>((resolve, reject) => {
    socket.once("hello", () => resolve());
    socket.once("connect_error", reject);
  });
  socket.once("connect", () => {
    socket.io.engine.on("packet", ({ data }) => {
      if (typeof data === "string") bytes += Buffer.byteLength(data);
    });
  });
  await ready;
  for (const room of ["status", "topics"]) {
    const answer = await watch(room);
    if (!answer.ok) throw new Error(answer.error.message);
  }
}
