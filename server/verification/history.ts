/**
 * A run's events, put together by message, by node and by log. Built in one pass over events
 * in the order of their time; sorting costs next to nothing where they come nearly sorted.
 */
import {
  type AdoptEvent,
  type AnswerEvent,
  type AuditEvent,
  type CommitEvent,
  type CourseEvent,
  type DeliverEvent,
  type EpochEvent,
  type GaugeEvent,
  type HistoryEvent,
  logOf,
  nsPerMs,
  type OwnEvent,
  type Promises,
  type PublishEvent,
  promisesDefault,
  type RunEvent,
} from "./event.ts";
import { Nodes } from "./nodes.ts";

/** What happened to a message on one channel. */
export interface Story {
  readonly deliveries: DeliverEvent[];
  readonly answers: AnswerEvent[];
  readonly audit: AuditEvent[];
  isStored: boolean;
}

export interface Message {
  readonly uid: string;
  /** Everything that names it, in order of time. */
  readonly events: HistoryEvent[];
  readonly publishes: PublishEvent[];
  readonly channels: Map<string, Story>;
  /** Left in the store without having left its topic. */
  isStored: boolean;
}

export interface ChannelLife {
  readonly name: string;
  /** Absent: on every node. */
  readonly node: string | undefined;
  readonly t: number;
}

export class History {
  readonly run: RunEvent | undefined;
  readonly promises: Promises;
  readonly messages = new Map<string, Message>();
  /** By topic. */
  readonly channels = new Map<string, ChannelLife[]>();
  readonly removals: { readonly topic: string; readonly channel: string | undefined; readonly t: number }[] =
    [];
  readonly nodes: Nodes;
  /** Log by log, in the store's order. */
  readonly owners = new Map<number, OwnEvent[]>();
  /** When nothing was left of a log. */
  readonly ends = new Map<number, number[]>();
  /** In the store's order, which is that of the lines. */
  readonly fences: (EpochEvent | AdoptEvent | CommitEvent)[];
  readonly adoptions: AdoptEvent[] = [];
  readonly gauges: GaugeEvent[] = [];
  readonly course: CourseEvent[] = [];
  /** When each consumer's connection ended. */
  readonly gone = new Map<string, number[]>();
  /** What is of no message: the world around them. */
  readonly world: HistoryEvent[] = [];
  readonly hasAudit: boolean;
  /** Nodes of which the audit has not kept everything, by its own word. */
  readonly gapped = new Set<string>();
  readonly endT: number;
  /** Everything was consumed; undefined: the history does not say that it ended. */
  readonly drained: boolean | undefined;
  /** What is stored at the end is in the history, be it nothing. */
  readonly isAccounted: boolean;

  constructor(events: readonly HistoryEvent[]) {
    this.fences = events.filter(isFence);
    const sorted = events.toSorted((a, b) => a.t - b.t);
    this.run = sorted.find((event) => event.op === "run");
    this.promises = { ...promisesDefault, ...definedOnly(this.run?.promises ?? {}) };
    for (const event of sorted) this.#add(event);
    // Last: what its ids stand for is known by now.
    for (const event of sorted) if (event.op === "audit") this.#addAudit(event);
    this.nodes = new Nodes(this.world);
    this.hasAudit = sorted.some((event) => event.op === "audit");
    this.endT = sorted.at(-1)?.t ?? 0;
    const end = this.course.find((event) => event.op === "end");
    this.drained = end && (end.drained ?? false);
    this.isAccounted = end !== undefined && (end.drained === true || end.listed === true);
  }

  get skewNs(): number {
    return this.promises.skewMs * nsPerMs;
  }

  /** Whether the node had the message's log at that time, as far as anybody says whose logs are. */
  isOwner(node: string, msgid: string, t: number): boolean {
    const owner = this.owners.get(logOf(msgid))?.findLast((own) => own.t <= t);
    return owner === undefined || owner.node === node;
  }

  /**
   * Whether the audit may lack, for good, what a node did at `t`: it was lost or had no store before it could be written, or says
   * itself that it has a gap.
   */
  mayLackAudit(node: string, t: number): boolean {
    const { nodes, promises, endT } = this;
    if (this.gapped.has(node)) return true;
    return nodes
      .handovers(node, t, endT)
      .some((lostAt) => lostAt - t <= promises.auditLagMs * nsPerMs || nodes.wasHindered(node, t, lostAt));
  }

  #add(event: HistoryEvent): void {
    switch (event.op) {
      case "publish":
        this.#message(event.uid, event).publishes.push(event);
        return;
      case "deliver":
        this.#story(event).deliveries.push(event);
        return;
      case "finish":
      case "requeue":
      case "touch":
        this.#story(event).answers.push(event);
        return;
      case "stored":
        if (event.channel === undefined) this.#message(event.uid, event).isStored = true;
        else this.#story({ ...event, channel: event.channel }).isStored = true;
        return;
      case "audit":
        return;
      case "gap":
        this.gapped.add(event.node);
        break;
      case "gauge":
        this.gauges.push(event);
        return;
      case "gone":
        push(this.gone, event.proc, event.t);
        break;
      case "channel":
        if (event.kind === "ok" && event.channel !== undefined)
          push(this.channels, event.topic, { name: event.channel, node: event.node, t: event.t });
        break;
      case "remove":
        if (event.kind !== "fail")
          this.removals.push({ topic: event.topic, channel: event.channel, t: event.t });
        break;
      case "own":
        push(this.owners, event.log, event);
        break;
      case "ended":
        push(this.ends, event.log, event.t);
        break;
      case "adopt":
        if (event.kind === "ok") this.adoptions.push(event);
        break;
      case "phase":
      case "heal":
      case "end":
        this.course.push(event);
        break;
    }
    if (event.op !== "commit" || event.kind !== "ok") this.world.push(event);
  }

  readonly #uidOf = new Map<string, string>();

  #message(uid: string, event: HistoryEvent): Message {
    let message = this.messages.get(uid);
    if (!message) {
      message = { uid, events: [], publishes: [], channels: new Map(), isStored: false };
      this.messages.set(uid, message);
    }
    message.events.push(event);
    return message;
  }

  #story(event: HistoryEvent & { uid: string; channel: string; msgid?: string }): Story {
    if (event.msgid !== undefined) this.#uidOf.set(event.msgid, event.uid);
    return storyOf(this.#message(event.uid, event), event.channel);
  }

  /** The audit does not know bodies. What nobody was ever handed has no uid, and is left out. */
  #addAudit(event: AuditEvent): void {
    const uid = this.#uidOf.get(event.msgid);
    if (uid !== undefined && event.channel !== "")
      storyOf(this.#message(uid, event), event.channel).audit.push(event);
  }
}

function storyOf(message: Message, channel: string): Story {
  let story = message.channels.get(channel);
  if (!story) {
    story = { deliveries: [], answers: [], audit: [], isStored: false };
    message.channels.set(channel, story);
  }
  return story;
}

function isFence(event: HistoryEvent): event is EpochEvent | AdoptEvent | CommitEvent {
  return event.op === "epoch" || event.op === "commit" || event.op === "adopt";
}

function definedOnly(promises: RunEvent["promises"]): Partial<Promises> {
  return Object.fromEntries(Object.entries(promises).filter(([, value]) => value !== undefined));
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
