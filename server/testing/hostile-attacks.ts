/** Clients that nobody would want, each over many connections until it is told to stop. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { int32, magic, mpub, pub, withBody } from "./commands.ts";

export interface Attack {
  readonly title: string;
  /** Resolves when its connections are closed on our side. */
  run(port: number, stop: AbortSignal): Promise<void>;
  /** Clients that do nothing wrong, without whom it would be no attack: they are there in the quiet laps too. */
  readonly others?: (port: number, stop: AbortSignal) => Promise<void>;
}

const connectionCount = 50;
const lengthMost = 2 ** 31 - 1;

async function open(port: number, greeting: string | Buffer = magic): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  await once(socket, "connect").catch(() => {});
  socket.write(greeting);
  return socket;
}

/** Connects, sends, waits for the end, and begins again; a few at a time. */
function again(title: string, bytes: (round: number) => string | Buffer): Attack {
  const one = async (port: number, stop: AbortSignal) => {
    for (let round = 0; !stop.aborted; round++) {
      const socket = await open(port, bytes(round));
      socket.resume();
      await Promise.race([once(socket, "close"), pause(1_000)]);
      socket.destroy();
      await pause(5);
    }
  };
  return {
    title,
    run: (port, stop) => Promise.all(Array.from({ length: 8 }, () => one(port, stop))).then(() => {}),
  };
}

/** Opens connections, keeps each busy with `harass`, and closes them in the end. */
function hold(title: string, harass: (socket: Socket) => void, everyMs: number): Attack {
  return {
    title,
    async run(port, stop) {
      const sockets = await Promise.all(Array.from({ length: connectionCount }, () => open(port)));
      while (!stop.aborted) {
        for (const socket of sockets) if (socket.writable) harass(socket);
        await pause(everyMs);
      }
      for (const socket of sockets) socket.destroy();
    },
  };
}

const lawfulNames = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "..", "-", "_"];

/** One MPUB of a million messages of a byte, time and again. */
const tinyBodies: Attack = {
  title: "a million tiny bodies in an MPUB",
  async run(port, stop) {
    const command = mpub("tiny#ephemeral", new Array(1_000_000).fill("x"));
    while (!stop.aborted) {
      const socket = await open(port);
      socket.write(command);
      await Promise.race([once(socket, "data"), once(socket, "close")]);
      socket.destroy();
    }
  },
};

/** Consumers that say RDY and never read, on a topic with a good deal to send. */
const neverReads: Attack = {
  title: "consumers that never read",
  async run(port, stop) {
    const sockets: Socket[] = [];
    for (let number = 0; number < 10; number++) {
      sockets.push(await open(port, `${magic}SUB unread#ephemeral c#ephemeral\nRDY 2500\n`));
    }
    if (!stop.aborted) await once(stop, "abort");
    for (const socket of sockets) socket.destroy();
  },
  async others(port, stop) {
    const producer = await open(port);
    producer.resume();
    const batch = mpub("unread#ephemeral", new Array(100).fill("x".repeat(500)));
    while (!stop.aborted) {
      if (!producer.write(batch)) await Promise.race([once(producer, "drain"), once(producer, "close")]);
      await pause(5);
    }
    producer.destroy();
  },
};

export const attacks: readonly Attack[] = [
  again("the wrong magic", (round) => ["  V1", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00"][round % 3]!),
  hold("half a line for ever", (socket) => socket.write("P"), 50),
  again("a length of 2^31 - 1", (round) =>
    Buffer.concat([
      Buffer.from(magic),
      [
        withBody("PUB t#ephemeral", "x", lengthMost),
        withBody("MPUB t#ephemeral", int32(lengthMost), lengthMost),
        withBody("MPUB t#ephemeral", Buffer.concat([int32(1), int32(lengthMost)]), 100),
        withBody("IDENTIFY", "{", lengthMost),
      ][round % 4]!,
    ]),
  ),
  hold(
    "half a body for ever",
    (socket) => socket.write(socket.bytesWritten < 10 ? withBody("PUB half#ephemeral", "x", 1_000_000) : "x"),
    50,
  ),
  again("names such as __proto__", (round) => {
    const name = lawfulNames[round % lawfulNames.length]!;
    return Buffer.concat([
      Buffer.from(magic),
      pub(`${name}#ephemeral`, "x"),
      Buffer.from(`SUB ${name}#ephemeral ${name}#ephemeral\nRDY 1\nFIN ${name.padEnd(16, "_")}\nCLS\n`),
      pub("\u0000'; drop", "x"),
    ]);
  }),
  tinyBodies,
  neverReads,
];
