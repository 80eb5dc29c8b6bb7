/**
 * A consumer of one channel on one node that is not always a good one: now and then it requeues, touches, is
 * slow, lets a message time out, or is gone. FIN has no answer: what a node has read is known by asking it
 * something that has one, behind the FINs.
 */

import type { Random } from "../../server/broker/testing/random.ts";
import type { Frame, Message } from "../../server/testing/frames.ts";
import type { ChaosNode } from "./chaos-node.ts";
import { hashOf, type Ledger, uidOf } from "./ledger.ts";
import type { Recorder } from "./recorder.ts";
import { Wire } from "./wire.ts";

export interface ConsumerOptions {
  readonly name: string;
  readonly node: ChaosNode;
  readonly topic: string;
  readonly channel: string;
  readonly rdy: number;
  readonly recorder: Recorder;
  readonly ledger: Ledger;
  readonly random: Random;
}

interface Answer {
  readonly op: "finish" | "requeue" | "touch";
  readonly uid: string;
  readonly msgid: string;
  readonly delayMs?: number;
  isRefused: boolean;
}

/** No message has it: the refusal says that all before it was read. */
const markerId = "ffffffffffffffff";
const markEveryMs = 10;
const markersOutMax = 8;
const lookEveryMs = 50;
/** Of its connection, at random between. */
const livesMs = [2_000, 20_000] as const;

const habits = [
  { weight: 940, habit: "finish" },
  { weight: 30, habit: "requeue" },
  { weight: 10, habit: "slow" },
  { weight: 10, habit: "touch" },
  { weight: 3, habit: "forget" },
] as const;

const verbs = { finish: "FIN", requeue: "REQ", touch: "TOUCH" } as const;
const ops = { FIN: "finish", REQ: "requeue", TOUCH: "touch" } as const;

export class Consumer {
  readonly #options: ConsumerOptions;
  #lives = 0;
  #timer: NodeJS.Timeout | undefined;
  #connection: Connection | null = null;
  #stopped = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  /** Connects, now and whenever the connection has ended. */
  start(): void {
    if (this.#stopped) return;
    const { node, name } = this.#options;
    if (!node.isUp) {
      this.#timer = setTimeout(() => this.start(), lookEveryMs);
      return;
    }
    this.#connection = new Connection(this.#options, `${name}.${++this.#lives}`, () => {
      this.#timer = setTimeout(() => this.start(), lookEveryMs);
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#connection?.close();
  }
}

class Connection {
  readonly #options: ConsumerOptions;
  readonly #proc: string;
  readonly #wire: Wire;
  /** Sent since the last marker; and before each marker that has no answer yet. */
  #sent: Answer[] = [];
  readonly #marked: Answer[][] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: ConsumerOptions, proc: string, onEnd: () => void) {
    this.#options = options;
    this.#proc = proc;
    const { node, topic, channel, rdy, random, recorder } = options;
    const marking = setInterval(() => this.#mark(), markEveryMs);
    const [least, most] = livesMs;
    const life = setTimeout(() => this.close(), least + random.below(most - least));
    this.#wire = new Wire(node.process.tcpPort, `SUB ${topic} ${channel}\nRDY ${rdy}\n`, {
      onFrame: (frame) => this.#frame(frame),
      onEnd: (err) => {
        clearInterval(marking);
        clearTimeout(life);
        for (const timer of this.#timers) clearTimeout(timer);
        recorder.add({ op: "gone", proc, kind: "ok", topic, channel, err });
        onEnd();
      },
    });
  }

  close(): void {
    this.#wire.close("the consumer went away");
  }

  #frame(frame: Frame): void {
    if (frame.type === "message") this.#message(frame.message);
    else if (frame.type === "error") this.#error(frame.text);
  }

  #message({ id, attempts, body }: Message): void {
    const { recorder, topic, channel, node, random } = this.#options;
    const uid = uidOf(body);
    const what = { topic, channel, uid, msgid: id, node: node.name };
    recorder.add({
      op: "deliver",
      proc: this.#proc,
      kind: "ok",
      ...what,
      hash: hashOf(body),
      attempt: attempts,
    });
    // What has come often enough is finished, so that a run ends.
    const { habit } = attempts > 3 ? habits[0] : random.weighted(habits);
    switch (habit) {
      case "finish":
        return this.#answer({ op: "finish", uid, msgid: id, isRefused: false });
      case "requeue":
        return this.#answer({
          op: "requeue",
          uid,
          msgid: id,
          delayMs: random.below(1_000),
          isRefused: false,
        });
      case "slow":
        return this.#later(100 + random.below(400), { op: "finish", uid, msgid: id, isRefused: false });
      case "touch":
        this.#answer({ op: "touch", uid, msgid: id, isRefused: false });
        return this.#later(100 + random.below(400), { op: "finish", uid, msgid: id, isRefused: false });
      case "forget":
    }
  }

  #later(ms: number, answer: Answer): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#answer(answer);
    }, ms);
    this.#timers.add(timer);
  }

  #answer(answer: Answer): void {
    if (!this.#wire.isOpen) return;
    this.#note(answer, "invoke");
    this.#sent.push(answer);
    const { op, uid, msgid, delayMs } = answer;
    if (op === "finish") this.#options.ledger.finish(uid, this.#options.channel);
    this.#wire.send(`${verbs[op]} ${msgid}${delayMs === undefined ? "" : ` ${delayMs}`}\n`);
  }

  #mark(): void {
    if (this.#sent.length === 0 || this.#marked.length >= markersOutMax) return;
    this.#marked.push(this.#sent);
    this.#sent = [];
    this.#wire.send(`TOUCH ${markerId}\n`);
  }

  #error(text: string): void {
    const [, verb, id] = /^E_(FIN|REQ|TOUCH)_FAILED \S+ (\S+) failed/.exec(text) ?? [];
    if (verb === undefined) return this.#wire.close(text);
    if (id === markerId) return this.#read(this.#marked.shift() ?? []);
    const op = ops[verb as keyof typeof ops];
    const isIt = (answer: Answer) => answer.op === op && answer.msgid === id && !answer.isRefused;
    for (const answers of [...this.#marked, this.#sent]) {
      const refused = answers.find(isIt);
      if (!refused) continue;
      refused.isRefused = true;
      return this.#note(refused, "fail", text);
    }
  }

  /** The node has read these. */
  #read(answers: readonly Answer[]): void {
    // Of a node that has been killed the history knows when, and that it said nothing since.
    if (this.#options.node.isDying) return;
    for (const answer of answers) if (!answer.isRefused) this.#note(answer, "ok");
  }

  #note({ op, uid, msgid, delayMs }: Answer, kind: "invoke" | "ok" | "fail", err?: string): void {
    const { recorder, topic, channel, node } = this.#options;
    recorder.add({
      ...{ op, proc: this.#proc, kind, topic, channel, uid, msgid, node: node.name },
      ...(delayMs !== undefined && { delayMs }),
      ...(err !== undefined && { err }),
    });
  }
}
