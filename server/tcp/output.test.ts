import type { Socket } from "node:net";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { SlabPool } from "../broker/slab.ts";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { TcpServer } from "../testing/tcp-server.ts";
import { Output } from "./output.ts";
import { Turn } from "./turn.ts";

const slabBytes = 1024 * 1024;
const sizeClass = 4;

/** A socket that takes what it is given when it is told to. */
class Slow extends Writable {
  readonly taken: Buffer[] = [];
  _handle = { writeQueueSize: 0 };
  #pending: (() => void)[] = [];

  constructor() {
    super({ highWaterMark: slabBytes });
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#pending.push(() => {
      this.taken.push(Buffer.from(bytes));
      done();
    });
  }

  take(): void {
    this.#pending.shift()!();
  }
}

function slow() {
  const socket = new Slow();
  const output = new Output(socket as unknown as Socket, new Turn());
  const pool = new SlabPool();
  let filled = 0;
  /** Writes `bytes` bytes of a slab that nobody else wants afterwards. */
  const write = (bytes: number) => {
    const slab = pool.take(bytes, sizeClass, 1, 0);
    slab.bytes.fill(++filled, 0, bytes);
    output.write(slab.bytes.subarray(0, bytes), slab);
    slab.release();
    output.uncork();
  };
  return { socket, output, pool, write };
}

test("[SE2] a slab goes back when the socket has taken its frames, though it still owes others", () => {
  const { socket, output, pool, write } = slow();
  write(1_000);
  write(2_000);
  write(3_000);
  expect(pool.usedBytes).toBe(3 * slabBytes);

  socket.take();
  expect(output.releaseWritten()).toBe(false);
  expect(pool.usedBytes).toBe(2 * slabBytes);

  write(4_000);
  socket.take();
  output.releaseWritten();
  expect(pool.usedBytes).toBe(2 * slabBytes);

  socket.take();
  socket.take();
  expect(output.releaseWritten()).toBe(true);
  expect(pool.usedBytes).toBe(0);
});

test("[SE2] small pieces of many slabs do not keep all of them from being used again, and go out unchanged", () => {
  const { socket, output, pool, write } = slow();

  for (let piece = 1; piece <= 100; piece++) write(100);
  expect(pool.usedBytes).toBeLessThanOrEqual(8 * slabBytes);

  for (let piece = 1; piece <= 100; piece++) socket.take();
  expect(socket.taken.map((bytes) => bytes[0])).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(output.releaseWritten()).toBe(true);
  expect(pool.usedBytes).toBe(0);
});

test("[SE2] a socket that is closed holds nothing", () => {
  const { output, pool, write } = slow();
  write(1_000);

  output.releaseAll();

  expect(pool.usedBytes).toBe(0);
});

test("[SE8] a client is stalled when nothing at all gets through, be it of one large write", () => {
  const { socket, output, write } = slow();
  expect(output.isStalled()).toBe(false);
  write(900_000);
  socket._handle.writeQueueSize = 900_000;
  expect(output.isStalled()).toBe(false);

  socket._handle.writeQueueSize = 800_000;
  expect(output.isStalled()).toBe(false);
  expect(output.isStalled()).toBe(true);

  socket.take();
  expect(output.isStalled()).toBe(false);
  expect(output.isStalled()).toBe(false);
});

test("[SE2] what a client reads late is intact, though its messages are gone and other traffic uses their memory", async () => {
  await using server = new TcpServer();
  const port = await server.listen();
  const count = 2_000;
  const body = (i: number) => Buffer.alloc(10_000, `${i} `);
  await using late = await subscribe(port, "late", "c", { rdy: 2_500 });
  late.stall();
  await using producer = await connect(port);
  for (let from = 0; from < count; from += 100) {
    producer.mpub(
      "late",
      Array.from({ length: 100 }, (_, i) => body(from + i)),
    );
  }
  await producer.expectOk(count / 100);
  const channel = server.broker.topics.get("late")!.channels.get("c")!;
  await eventually(() =>
    expect([...server.listener.sessions].some((s) => s.output.owedBytes > 0)).toBe(true),
  );

  const delivered = channel.inFlightCount;
  channel.empty();
  await using other = await subscribe(port, "other", "c", { rdy: 2_500 });
  for (let round = 0; round < 20; round++) {
    producer.mpub(
      "other",
      Array.from({ length: 100 }, () => Buffer.alloc(10_000, "!")),
    );
    for (const { id } of await other.messages(100)) other.fin(id);
  }
  late.resume();

  const read = await late.messages(delivered);
  expect(read.findIndex((message, i) => !message.body.equals(body(i)))).toBe(-1);
  late.destroy();
  await eventually(() => expect(server.broker.pool.usedBytes).toBeLessThan(2 * slabBytes));
});
