/** Subscribes to a channel of one node, again whenever it loses it, and answers as consumers do: mostly. */
import type { ClientIdentity, Consumer } from "../../../broker/ports.ts";
import { scheduleFromMs } from "../../../broker/schedule.ts";
import type { Subscription } from "../../../broker/subscription.ts";
import { messagesIn, type SeenMessage } from "../../../broker/testing/messages.ts";
import type { Random } from "../../../broker/testing/random.ts";
import { hashOfBody, uidIn } from "./bodies.ts";
import type { SimCluster } from "./cluster.ts";
import { Connection } from "./connection.ts";
import type { SimNode } from "./node.ts";

const reconnectMsMax = 150;

export interface ConsumerOptions {
  readonly name: string;
  readonly topic: string;
  readonly channel: string;
  readonly node: SimNode;
  readonly msgTimeoutMs: number;
}

export class SimConsumer {
  readonly #cluster: SimCluster;
  readonly #options: ConsumerOptions;
  readonly #random: Random;
  #connection: Connection | null = null;

  constructor(cluster: SimCluster, options: ConsumerOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#random = cluster.random;
  }

  begin(): void {
    const { node } = this.#options;
    if (this.#connection === null && node.isUp) this.#connect();
    this.#cluster.scheduler.after(20 + this.#random.next() * reconnectMsMax, () => this.begin());
  }

  #connect(): void {
    const { node, topic, channel, msgTimeoutMs } = this.#options;
    const connection = new Connection(node, this.#cluster.scheduler, this.#random, () => this.#lose());
    this.#connection = connection;
    connection.send(() => {
      node.ensureChannel(topic, channel);
      const consumer = new Session(this.#cluster.nextClient(), (messages) => {
        connection.reply(() => {
          for (const message of messages) this.#take(connection, subscription, message);
        });
      });
      const subscription = node.broker
        .ensureTopic(topic)
        .ensureChannel(channel)
        .subscribe(consumer, { msgTimeoutMs, sampleRate: 0 });
      subscription.ready(this.#random.pick([1, 2, 10, 50]));
      connection.onLeft = () => subscription.close();
    });
  }

  #lose(): void {
    this.#connection?.close();
    this.#connection = null;
    const { name, topic, channel } = this.#options;
    this.#cluster.history.note({ op: "gone", proc: name, kind: "ok", topic, channel });
  }

  #take(connection: Connection, subscription: Subscription, message: SeenMessage): void {
    const { name, topic, channel, node } = this.#options;
    const of = { proc: name, topic, channel, node: node.name, msgid: message.id, uid: uidIn(message.body) };
    const { attempts: attempt, body } = message;
    this.#cluster.history.note({ ...of, op: "deliver", kind: "ok", attempt, hash: hashOfBody(body) });
    const thinkMs = this.#random.next() * 30;
    this.#cluster.scheduler.after(thinkMs, () => {
      if (connection.isOpen) this.#answer(connection, subscription, message, of);
    });
  }

  #answer(
    connection: Connection,
    subscription: Subscription,
    { logId, seq }: SeenMessage,
    of: { proc: string; topic: string; channel: string; node: string; msgid: string; uid: string },
  ): void {
    const { history, isDraining } = this.#cluster;
    const dice = this.#random.next();
    const say = (op: "finish" | "requeue" | "touch", delayMs?: number) => {
      const event = { ...of, op, ...(delayMs !== undefined && { delayMs }) };
      history.note({ ...event, kind: "invoke" });
      connection.send(() => {
        const refusal =
          op === "requeue" ? subscription.requeue(logId, seq, delayMs ?? 0) : subscription[op](logId, seq);
        history.note({ ...event, kind: refusal === null ? "ok" : "fail" });
      });
    };
    if (isDraining || dice < 0.8) say("finish");
    else if (dice < 0.92) say("requeue", this.#requeueMs());
    else if (dice < 0.95) {
      say("touch");
      say("finish");
    } else if (dice < 0.96) this.#lose();
  }

  #requeueMs(): number {
    const random = this.#random;
    if (this.#cluster.requeuesLong && random.chance(0.1)) {
      return scheduleFromMs + Math.floor(random.next() * 1_000);
    }
    return random.chance(0.5) ? 0 : Math.floor(random.next() * 600);
  }
}

class Session implements Consumer {
  readonly identity: ClientIdentity;
  readonly #write: (messages: SeenMessage[]) => void;

  constructor(number: number, write: (messages: SeenMessage[]) => void) {
    this.identity = {
      number,
      clientId: `c${number}`,
      hostname: "host",
      remoteAddress: `127.0.0.1:${number}`,
    };
    this.#write = write;
  }

  write(frames: Uint8Array): boolean {
    this.#write(messagesIn(Buffer.from(frames)));
    return true;
  }

  close(): void {}
}
