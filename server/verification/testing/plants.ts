/** How a good history is spoilt. */
import type { Random } from "../../broker/testing/random.ts";
import type {
  AdoptEvent,
  AnswerEvent,
  DeliverEvent,
  HistoryEvent,
  PublishEvent,
  TopologyEvent,
} from "../event.ts";
import { nsPerMs } from "../event.ts";
import { endMs, flushWindowMs, leaseTtlMs } from "./good-histories.ts";

/** null: the history has nothing that could be spoilt so. */
export type Plant = (events: readonly HistoryEvent[], random: Random) => HistoryEvent[] | null;

type Of<Op, E = HistoryEvent> = E extends { op: infer Ops } ? (Op extends Ops ? E : never) : never;

export function all<Op extends HistoryEvent["op"]>(events: readonly HistoryEvent[], op: Op): Of<Op>[] {
  return events.filter((event): event is Of<Op> & HistoryEvent => event.op === op);
}

function some<T>(items: readonly T[], random: Random): T | null {
  return items.length > 0 ? random.pick(items) : null;
}

export function changing<Op extends HistoryEvent["op"]>(
  op: Op,
  change: (event: Of<Op>) => HistoryEvent,
): Plant {
  return (events, random) => {
    const event = some(all(events, op), random);
    return event && events.map((other) => (other === event ? change(event) : other));
  };
}

export function acknowledged(events: readonly HistoryEvent[], random: Random): PublishEvent | null {
  return some(
    all(events, "publish").filter(({ kind, topic }) => kind === "ok" && topic === "orders"),
    random,
  );
}

export function without(
  events: readonly HistoryEvent[],
  random: Random,
  which: "all" | "one",
): HistoryEvent[] | null {
  const ok = acknowledged(events, random);
  if (!ok) return null;
  return events.filter(
    (event) =>
      !("channel" in event && "uid" in event && event.uid === ok.uid) ||
      (which === "one" && event.channel !== "mail"),
  );
}

export function unfinished(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const ok = acknowledged(events, random);
  return ok && withoutFinish(events, ok.uid, "any");
}

/** Its FIN never got there, and it does not come again though its node lives and its audit is whole. */
export function unread(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const found = simple(events, random, ({ node }) => node === "b");
  return found && withoutFinish(events, found.delivery.uid, "ok");
}

/** Nobody knows of a FIN on `billing`, or nobody sent one. */
function withoutFinish(events: readonly HistoryEvent[], uid: string, which: "ok" | "any"): HistoryEvent[] {
  const ids = new Set(all(events, "deliver").flatMap((event) => (event.uid === uid ? [event.msgid] : [])));
  return events.filter((event) => {
    if (event.op === "finish" && event.uid === uid && event.channel === "billing")
      return which === "ok" && event.kind !== "ok";
    const isRow = event.op === "audit" && event.what === "finish" && ids.has(event.msgid);
    return !isRow || event.channel !== "billing";
  });
}

/** Not everything was consumed in the end, and of what is stored still there is a list. */
export function listed(events: readonly HistoryEvent[]): HistoryEvent[] {
  return events.map((event) => (event.op === "end" ? { ...event, drained: false, listed: true } : event));
}

export function lateChannel(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const ok = acknowledged(events, random);
  if (!ok) return null;
  const made = {
    op: "channel",
    proc: "c0",
    kind: "ok",
    topic: "orders",
    channel: "late",
    node: ok.node,
  } as const;
  return [...events, { ...made, t: ok.t - 2.5 * nsPerMs } satisfies TopologyEvent];
}

export function sameId(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const deliveries = all(events, "deliver").filter(({ topic }) => topic === "orders");
  const one = some(deliveries, random);
  const other =
    one &&
    some(
      deliveries.filter(({ uid }) => uid !== one.uid),
      random,
    );
  if (!other) return null;
  return events.map((event) => (event === other ? { ...other, msgid: one.msgid } : event));
}

export function refused(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const ok = acknowledged(events, random);
  if (!ok) return null;
  return events.map((event) =>
    event.op === "publish" && event.uid === ok.uid && event.kind !== "invoke"
      ? { ...event, kind: "fail" }
      : event,
  );
}

/** Delivered on `billing` only once, far from the crash. */
function simple(
  events: readonly HistoryEvent[],
  random: Random,
  isWanted: (delivery: DeliverEvent) => boolean = () => true,
): { delivery: DeliverEvent; finish: AnswerEvent } | null {
  const times = new Map<string, number>();
  const calm = all(events, "deliver").filter(
    ({ topic, channel }) => topic === "orders" && channel === "billing",
  );
  for (const { uid } of calm) times.set(uid, (times.get(uid) ?? 0) + 1);
  const isSimple = ({ uid, t }: DeliverEvent) =>
    times.get(uid) === 1 && (t < 1_500 * nsPerMs || t > 5_000 * nsPerMs);
  const delivery = some(
    calm.filter((event) => isSimple(event) && isWanted(event)),
    random,
  );
  const finish = all(events, "finish").find(
    ({ uid, kind, channel }) => uid === delivery?.uid && kind === "ok" && channel === "billing",
  );
  return delivery && finish ? { delivery, finish } : null;
}

export function again(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const found = simple(events, random);
  if (!found) return null;
  const { delivery } = found;
  const t = delivery.t + 0.5 * nsPerMs;
  return [...events, { ...delivery, attempt: 2, t }];
}

export function twice(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const found = simple(events, random);
  return found && [...events, { ...found.delivery, msgid: "00000002ffffffff" }];
}

export function attempts(events: readonly HistoryEvent[], random: Random, by: number): HistoryEvent[] | null {
  const firstCrash = all(events, "crash")[0]!.t;
  const second = some(
    all(events, "deliver").filter(({ attempt, t }) => attempt === 2 && t < firstCrash),
    random,
  );
  return second && events.map((event) => (event === second ? { ...second, attempt: 2 + by } : event));
}

export function forgottenAttempt(events: readonly HistoryEvent[]): HistoryEvent[] | null {
  const crash = all(events, "crash")[0]!.t;
  const adopted = all(events, "adopt")[0]!.t;
  for (const requeue of all(events, "requeue")) {
    if (requeue.kind !== "ok" || requeue.node !== "a" || requeue.t > crash - (flushWindowMs + 5) * nsPerMs)
      continue;
    const isIt = ({ msgid, channel }: DeliverEvent) => msgid === requeue.msgid && channel === requeue.channel;
    const next = all(events, "deliver").find((delivery) => isIt(delivery) && delivery.t > requeue.t);
    if (!next || next.t < adopted) continue;
    return events.map((event) => (event === next ? { ...next, attempt: 1 } : event));
  }
  return null;
}

export function finishedAgain(
  events: readonly HistoryEvent[],
  random: Random,
  by: "same" | "adopter",
): HistoryEvent[] | null {
  const found = simple(events, random);
  if (!found) return null;
  const { delivery, finish } = found;
  if (by === "same") return [...events, { ...delivery, attempt: 2, t: finish.t + 1_000 * nsPerMs }];
  if (delivery.node !== "a") return null;
  return [...events, { ...delivery, node: "b", attempt: 1, t: 8_000 * nsPerMs }];
}

export function oldEpoch(events: readonly HistoryEvent[]): HistoryEvent[] | null {
  return events.map((event) =>
    event.op === "commit" && event.kind === "fail" ? { ...event, kind: "ok" } : event,
  );
}

export function epochBack(events: readonly HistoryEvent[]): HistoryEvent[] | null {
  return events.map((event) => (event.op === "epoch" && event.epoch === 3 ? { ...event, epoch: 1 } : event));
}

export function formerOwner(events: readonly HistoryEvent[]): HistoryEvent[] | null {
  const adopted: AdoptEvent = all(events, "adopt")[0]!;
  const delivery = all(events, "deliver").find(
    ({ msgid, t }) => msgid.startsWith("00000001") && t > adopted.t,
  );
  if (!delivery) return null;
  const t = adopted.t + (leaseTtlMs + 5) * nsPerMs;
  return [...events, { ...delivery, node: "a", t }];
}

export function earlyPublish(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const publish = some(
    all(events, "publish").filter(({ deferMs }) => (deferMs ?? 0) > 20),
    random,
  );
  if (!publish) return null;
  const t = publish.t + 3 * nsPerMs;
  const first = all(events, "deliver").find(({ uid }) => uid === publish.uid)!;
  return events.map((event) => (event === first ? { ...first, t } : event));
}

export function earlyRequeue(events: readonly HistoryEvent[]): HistoryEvent[] | null {
  const crash = all(events, "crash")[0]!.t;
  for (const requeue of all(events, "requeue")) {
    if (requeue.kind !== "ok" || !requeue.delayMs) continue;
    const next = all(events, "deliver").find(
      ({ msgid, channel, t }) => msgid === requeue.msgid && channel === requeue.channel && t > requeue.t,
    );
    if (next?.node !== requeue.node || (requeue.t < crash && next.t > crash)) continue;
    return events.map((event) => (event === next ? { ...next, t: requeue.t + nsPerMs } : event));
  }
  return null;
}

export function ends(events: readonly HistoryEvent[], random: Random, count: number): HistoryEvent[] | null {
  const row = some(
    all(events, "audit").filter(({ what, topic }) => what === "finish" && topic === "steady"),
    random,
  );
  if (!row) return null;
  return [...events.filter((event) => event !== row), ...Array.from({ length: count }, () => row)];
}

export function madeUp(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const row = some(
    all(events, "audit").filter(({ what, topic }) => what === "finish" && topic === "orders"),
    random,
  );
  return row && [...events, row];
}

export function noAnswer(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const ok = acknowledged(events, random);
  return ok && events.filter((event) => event !== ok);
}

export function notAdopted(events: readonly HistoryEvent[]): HistoryEvent[] | null {
  return events.filter(
    (event) => event.op !== "adopt" && !(event.op === "start" && event.node === "a" && event.t > nsPerMs),
  );
}

export function left(events: readonly HistoryEvent[], random: Random): HistoryEvent[] | null {
  const ok = acknowledged(events, random);
  if (!ok) return null;
  const stored = { op: "stored", proc: "store", kind: "ok", topic: "orders", channel: "mail" } as const;
  return [...events, { ...stored, t: (endMs + 1) * nsPerMs, uid: ok.uid }];
}

export function slowed(events: readonly HistoryEvent[], topics: readonly string[]): HistoryEvent[] {
  const hurt = all(events, "phase").find(({ phase }) => phase === "hurt")!.t;
  return events.map((event) =>
    event.op === "publish" && topics.includes(event.topic) && event.kind === "ok" && event.t > hurt
      ? { ...event, t: event.t + 20 * nsPerMs }
      : event,
  );
}
