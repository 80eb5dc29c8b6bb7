/** The workloads, each the same for every broker. A workload says when its measured part begins and ends. */
import { consume } from "./consumer.ts";
import { bodyOffset, type Link, openLink } from "./link.ts";
import { Pace, pubCommand, publish } from "./producer.ts";

export interface Meter {
  start(): void;
  stop(): void;
}

export interface Work {
  readonly port: number;
  readonly topic: string;
  /** Messages. */
  readonly count: number;
  readonly meter: Meter;
}

export interface Outcome {
  readonly messages: number;
  /** Milliseconds, ascending, where a workload measures each message. */
  readonly latenciesMs?: Float64Array;
}

const bodyBytes = 200;
const window = 20_000;
const rdy = 2_500;
// Below nsqd's default memory queue of 10,000, so that nothing is ever behind enough to be stored.
const nearMessages = 8_000;

function publishing(work: Work, connections: number, batch: number): Promise<unknown> {
  const count = Math.floor(work.count / connections);
  return Promise.all(
    Array.from({ length: connections }, () =>
      publish({ port: work.port, topic: work.topic, count, bodyBytes, batch, window }),
    ),
  );
}

export async function measured(work: Work, act: () => Promise<unknown>): Promise<Outcome> {
  work.meter.start();
  await act();
  work.meter.stop();
  return { messages: work.count };
}

async function consumeBacklog(work: Work): Promise<Outcome> {
  await publishing(work, 1, 200);
  return measured(work, async () => {
    const consumer = await consume({
      port: work.port,
      topic: work.topic,
      channel: "c",
      rdy,
      count: work.count,
    });
    await consumer.done;
  });
}

async function publishAndConsume(work: Work): Promise<Outcome> {
  return measured(work, async () => {
    const consumer = await consume({
      port: work.port,
      topic: work.topic,
      channel: "c",
      rdy,
      count: work.count,
    });
    await Promise.all([publishing(work, 1, 1), consumer.done]);
  });
}

/** As `publishAndConsume`, with the producer held near the consumer: nothing piles up, memory is used again. */
async function publishNearConsumer(work: Work): Promise<Outcome> {
  const { port, topic, count } = work;
  const pace = new Pace(nearMessages);
  return measured(work, async () => {
    const progress = (received: number) => pace.received(received);
    const consumer = await consume({ port, topic, channel: "c", rdy, count, progress });
    await Promise.all([publish({ port, topic, count, bodyBytes, batch: 1, window, pace }), consumer.done]);
  });
}

/** Connections that each send one command and wait for its OK. A latency is a command's. */
export async function publishAndWait(work: Work, connections: number, command: Buffer): Promise<Outcome> {
  const latenciesMs = new Float64Array(work.count);
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    const next = (state: { link?: Link; atMs: number }) => {
      if (sent === work.count) return;
      sent++;
      state.atMs = performance.now();
      state.link!.write(command);
    };
    const open = async () => {
      const state: { link?: Link; atMs: number } = { atMs: 0 };
      const chunk = () => {
        latenciesMs[answered++] = performance.now() - state.atMs;
        if (answered === work.count) resolve();
        else next(state);
      };
      state.link = await openLink(work.port, { chunk }, reject);
      return state;
    };
    Promise.all(Array.from({ length: connections }, open)).then((states) => {
      work.meter.start();
      for (const state of states) next(state);
    }, reject);
  });
  work.meter.stop();
  return { messages: work.count, latenciesMs: latenciesMs.sort() };
}

const latencyPerSecond = 5_000;

/** From the write of a PUB to the arrival of its message, at a steady rate and with buffering off. */
async function latency(work: Work): Promise<Outcome> {
  const command = pubCommand(work.topic, bodyBytes);
  const timeOffset = command.length - bodyBytes;
  const latenciesMs = new Float64Array(work.count);
  const settings = Buffer.from('{"output_buffer_size":-1,"output_buffer_timeout":-1}');
  const identify = Buffer.alloc(13);
  identify.write("IDENTIFY\n");
  identify.writeUInt32BE(settings.length, 9);
  const greeting = Buffer.concat([identify, settings, Buffer.from(`SUB ${work.topic} c\nRDY ${rdy}\n`)]);

  await new Promise<void>((resolve, reject) => {
    let received = 0;
    const fin = Buffer.from("FIN 0123456789abcdef\n");
    let consumer: Link;
    const events = {
      message(memory: Buffer, view: DataView, at: number) {
        latenciesMs[received++] = performance.now() - view.getFloat64(at + bodyOffset);
        memory.copy(fin, 4, at + 18, at + 34);
        consumer.write(Buffer.from(fin));
        if (received === work.count) resolve();
      },
    };
    const begin = async () => {
      consumer = await openLink(work.port, events, reject, greeting);
      const producer = await openLink(work.port, {}, reject);
      work.meter.start();
      const startMs = performance.now();
      let sent = 0;
      const timer = setInterval(() => {
        const due = Math.min(work.count, ((performance.now() - startMs) / 1_000) * latencyPerSecond);
        for (; sent < due; sent++) {
          const one = Buffer.from(command);
          one.writeDoubleBE(performance.now(), timeOffset);
          producer.write(one);
        }
        if (sent === work.count) clearInterval(timer);
      }, 1);
    };
    begin().catch(reject);
  });
  work.meter.stop();
  return { messages: work.count, latenciesMs: latenciesMs.sort() };
}

/** `count`: how many messages a run sends unless told otherwise. */
export const workloads = {
  "pub-1": {
    title: "PUB pipelined, 1 connection",
    count: 1_000_000,
    run: (w: Work) => measured(w, () => publishing(w, 1, 1)),
  },
  "pub-4": {
    title: "PUB pipelined, 4 connections",
    count: 1_000_000,
    run: (w: Work) => measured(w, () => publishing(w, 4, 1)),
  },
  mpub: {
    title: "MPUB of 200",
    count: 2_000_000,
    run: (w: Work) => measured(w, () => publishing(w, 1, 200)),
  },
  consume: { title: "consume + FIN of a backlog", count: 2_000_000, run: consumeBacklog },
  both: { title: "publish + consume + FIN", count: 3_000_000, run: publishAndConsume },
  near: { title: "the same, at most 8,000 behind", count: 3_000_000, run: publishNearConsumer },
  wait: {
    title: "50 connections that publish and wait",
    count: 100_000,
    run: (w: Work) => publishAndWait(w, 50, pubCommand(w.topic, bodyBytes)),
  },
  latency: { title: "publish to delivery at 5,000 msg/s", count: 25_000, run: latency },
} as const;

export type WorkloadName = keyof typeof workloads;
