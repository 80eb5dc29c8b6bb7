/** What a browser sends: checked, counted, and answered, whatever came with it. */
import type { z } from "zod";
import type { Answer } from "../../../client/browser/protocol.ts";
import type { Clock } from "../clock.ts";
import type { BridgeSocket } from "./connection.ts";
import { Rate } from "./rate.ts";
import { refused } from "./refused.ts";
import { eventArgs } from "./requests.ts";

type Event = keyof typeof eventArgs;
type Handler<E extends Event> = (args: z.output<(typeof eventArgs)[E]>) => Answer | Promise<Answer>;

export interface BrowserEventsPorts {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** Nothing is carried out any more. */
  readonly isOver: () => boolean;
  readonly flooded: () => void;
}

/** Events at once, and then a second: an event may carry a thousand answers. Beyond `floodMax` it is hung up on. */
const eventsBurst = 400;
const eventsPerSecond = 400;
const floodMax = 2_000;

export class BrowserEvents {
  readonly #socket: BridgeSocket;
  readonly #ports: BrowserEventsPorts;

  constructor(socket: BridgeSocket, ports: BrowserEventsPorts) {
    this.#socket = socket;
    this.#ports = ports;
    this.#limit();
  }

  on<E extends Event>(event: E, handle: Handler<E>): void {
    const heard = async (...args: unknown[]) => {
      const ack = args.at(-1);
      const plain = typeof ack === "function" ? args.slice(0, -1) : args;
      const answer = await this.#answerOf(event, plain, handle);
      if (typeof ack === "function") ack(answer);
    };
    this.#socket.on(event, heard as never);
  }

  async #answerOf<E extends Event>(event: E, plain: readonly unknown[], handle: Handler<E>): Promise<Answer> {
    if (this.#ports.isOver()) return refused("expired", "The connection ends.");
    const parsed = eventArgs[event].safeParse(plain);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return refused("bad-request", `${event}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
    }
    try {
      return await handle(parsed.data as z.output<(typeof eventArgs)[E]>);
    } catch (error) {
      this.#ports.warn(`${event} of a browser: ${error instanceof Error ? error.message : error}`);
      return refused("unavailable", "That went wrong here.");
    }
  }

  /** A bucket of events: what is beyond it is answered and dropped, a flood is hung up on. */
  #limit(): void {
    const { clock, flooded } = this.#ports;
    const rate = new Rate(eventsPerSecond, eventsBurst, clock.nowMs());
    this.#socket.use((packet, next) => {
      const left = rate.take(1, clock.nowMs());
      const isKnown = Object.hasOwn(eventArgs, packet[0]);
      if (left >= 0 && isKnown) return next();
      if (left < -floodMax) return flooded();
      const ack = packet.at(-1) as unknown;
      if (typeof ack !== "function") return;
      if (isKnown) ack(refused("too-fast", `${eventsPerSecond} events a second.`));
      else ack(refused("bad-request", "There is no such event."));
    });
  }
}
