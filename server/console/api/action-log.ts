/**
 * What operators did, on its way to Postgres. An action never waits for it; while Postgres is away a
 * bounded number is kept, and what had to be dropped is counted in the log (CO5).
 */
import type { FastifyRequest } from "fastify";
import type { ActionNodeResult, Actor } from "../contract/index.ts";
import type { ActionRecord, ActionStore } from "./ports.ts";

const waitingMax = 1_000;
const retryMs = 1_000;
/** Of a session's id: enough to tell two apart. */
const sessionCharacters = 12;

/** Who asks for it, from where. */
export interface AskedBy {
  readonly actor: Pick<Actor, "kind" | "name">;
  readonly address: string | null;
  readonly session: string | null;
  readonly requestId: string | null;
}

export interface Deed extends AskedBy {
  readonly action: string;
  /** Beside the names, whatever else tells what it was done to or with. No bodies, no secrets. */
  readonly object: {
    readonly topic?: string | null | undefined;
    readonly channel?: string | null | undefined;
    readonly node?: string | null | undefined;
    readonly [more: string]: unknown;
  };
  readonly before?: object | null | undefined;
  readonly after?: object | null | undefined;
  readonly reason?: string | null | undefined;
  /** `ok`, `partly`, `failed`, or the code of the failure. */
  readonly result: string;
  readonly perNode?: readonly ActionNodeResult[] | undefined;
}

export function askedBy(request: FastifyRequest): AskedBy {
  const { actor, id } = request.visitor!;
  return { actor, address: request.ip, session: id.slice(0, sessionCharacters), requestId: request.id };
}

export class ActionLog {
  readonly #store: ActionStore | null;
  readonly #wallMs: () => number;
  readonly #warn: (message: string) => void;
  readonly #waiting: ActionRecord[] = [];
  readonly #listeners = new Set<(record: ActionRecord) => void>();
  #writing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dropped = 0;
  #closed = false;

  constructor(store: ActionStore | null, wallMs: () => number, warn: (message: string) => void) {
    this.#store = store;
    this.#wallMs = wallMs;
    this.#warn = warn;
  }

  /** Told of each line: once it is in Postgres, or at once where there is none. */
  onWritten(listener: (record: ActionRecord) => void): void {
    this.#listeners.add(listener);
  }

  write({ actor, address, session, requestId, object, action, reason, result, ...rest }: Deed): void {
    const { topic = null, channel = null, node = null, ...more } = object;
    const { before = null, after = null, perNode = null } = rest;
    this.#keep({
      atMs: this.#wallMs(),
      ...{ actorKind: actor.kind, actor: actor.name, address, session, requestId, action },
      ...{ topic, channel, node, object: Object.keys(more).length === 0 ? null : more },
      ...{ before, after, reason: reason || null, result, perNode },
    });
  }

  #keep(record: ActionRecord): void {
    if (!this.#store) return this.#tell(record);
    if (this.#waiting.length >= waitingMax) {
      this.#dropped += 1;
      this.#warn(`operator actions that could not be recorded: ${this.#dropped}`);
      return;
    }
    this.#waiting.push(record);
    this.#write();
  }

  /** Tries once more to write what waits, within the deadline. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#write();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, deadlineMs);
    await Promise.race([this.#writing, late.promise]);
    clearTimeout(timer);
    if (this.#waiting.length > 0)
      this.#warn(`operator actions that were not recorded: ${this.#waiting.length}`);
  }

  #tell(record: ActionRecord): void {
    for (const listener of this.#listeners) listener(record);
  }

  #write(): void {
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = null;
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await this.#store!.append(this.#waiting[0]!);
      } catch {
        if (!this.#closed) this.#timer = setTimeout(() => this.#write(), retryMs);
        return;
      }
      this.#tell(this.#waiting.shift()!);
    }
  }
}
