/** What is asked of topics whose OK means that Postgres has it. */
import { consume } from "./consumer.ts";
import { mpubCommand, pubCommand, publish } from "./producer.ts";
import { measured, type Outcome, publishAndWait, type Work } from "./workloads.ts";

export const durableBodyBytes = 240;
const batch = 200;
const rdy = 2_500;
/** Messages on their way while a backlog is laid: it is not measured. */
const layingWindow = 20 * batch;

async function waiting(work: Work, connections: number): Promise<Outcome> {
  return publishAndWait(work, connections, pubCommand(work.topic, durableBodyBytes));
}

async function batches(work: Work, connections: number): Promise<Outcome> {
  const commands = Math.ceil(work.count / batch);
  const command = mpubCommand(work.topic, durableBodyBytes, batch);
  const outcome = await publishAndWait({ ...work, count: commands }, connections, command);
  return { ...outcome, messages: commands * batch };
}

async function consumed(work: Work): Promise<{ done: Promise<void> }> {
  return consume({ port: work.port, topic: work.topic, channel: "c", rdy, count: work.count });
}

async function backlog(work: Work): Promise<Outcome> {
  const { port, topic, count } = work;
  await publish({ port, topic, count, bodyBytes: durableBodyBytes, batch, window: layingWindow });
  return measured(work, async () => (await consumed(work)).done);
}

async function both(work: Work): Promise<Outcome> {
  const consumer = await consumed(work);
  let latenciesMs: Float64Array | undefined;
  const meter = { start: () => {}, stop: () => {} };
  work.meter.start();
  const published = publishAndWait({ ...work, meter }, 100, pubCommand(work.topic, durableBodyBytes)).then(
    (outcome) => {
      latenciesMs = outcome.latenciesMs;
    },
  );
  await Promise.all([published, consumer.done]);
  work.meter.stop();
  return { messages: work.count, ...(latenciesMs && { latenciesMs }) };
}

/** `floor` and `goal`: messages a second on 2 processors that Postgres and the load share. */
export const durableWorkloads = {
  "durable-1": {
    title: "1 producer that waits",
    count: 3_000,
    floor: 0,
    goal: 0,
    run: (w: Work) => waiting(w, 1),
  },
  "durable-100": {
    title: "100 producers that wait",
    count: 200_000,
    floor: 10_000,
    goal: 30_000,
    run: (w: Work) => waiting(w, 100),
  },
  "durable-1000": {
    title: "1,000 producers that wait",
    count: 300_000,
    floor: 0,
    goal: 0,
    run: (w: Work) => waiting(w, 1_000),
  },
  "durable-batch": {
    title: "batches of 200, one in flight",
    count: 400_000,
    floor: 40_000,
    goal: 80_000,
    run: (w: Work) => batches(w, 1),
  },
  "durable-batch-8": {
    title: "batches of 200, eight in flight",
    count: 1_000_000,
    floor: 100_000,
    goal: 200_000,
    run: (w: Work) => batches(w, 8),
  },
  "durable-consume": {
    title: "consume + FIN of a backlog",
    count: 1_000_000,
    floor: 90_000,
    goal: 180_000,
    run: backlog,
  },
  "durable-both": {
    title: "100 producers that wait, and a consumer",
    count: 200_000,
    floor: 10_000,
    goal: 30_000,
    run: both,
  },
} as const;

export type DurableWorkloadName = keyof typeof durableWorkloads;
