/**
 * A node hands over what it has, and ends empty (DR1). Until Postgres has everything it can still end as one that is
 * stopped; from then on what it had is whoever's takes it.
 */
import type { LiveDrain } from "../protocol/live.ts";

/** Consumers have so long to answer what they hold: what they do not is delivered again elsewhere. */
const heldMsMax = 10_000;
const storeMsMax = 60_000;
/** Nobody has taken it by then: it lies in Postgres for the next node that looks. */
const takenMsMax = 60_000;
const lookEveryMs = 200;

/** What a node does on its way out, in this order. */
export interface DrainSteps {
  /** Why it cannot be done now, in words; null: it can. */
  refusal(): string | null;
  /** Publishes are refused from now on, nothing is handed out, and the lookups are told. */
  begin(): void;
  /** Messages that consumers have. */
  held(): number;
  owed(): { readonly logs: number; readonly messages: number };
  /** Consumers look for another node. */
  closeClients(): Promise<void>;
  /** Resolves when Postgres has everything, with null; or with why it has not, and then nothing has changed. */
  store(deadlineMs: number): Promise<string | null>;
  /** Lets go of it. Resolves when that is known: with why not where another has taken this node's logs before. */
  release(): Promise<string | null>;
  /** Logs that nobody has taken yet. Rejects when Postgres does not answer. */
  left(): Promise<number>;
  /** The process ends. `empty`: nothing is this node's any more. */
  end(empty: boolean): void;
  log(level: "info" | "warn" | "error", text: string): void;
}

export class Drain {
  state: LiveDrain | null = null;
  readonly #steps: DrainSteps;

  constructor(steps: DrainSteps) {
    this.#steps = steps;
  }

  /** Begins, unless that was done before; goes on whoever asked. Why not, in words; null: it is under way. */
  begin(): string | null {
    if (this.state !== null) return null;
    const { refusal, owed, begin } = this.#steps;
    const why = refusal();
    if (why !== null) return why;
    begin();
    const { logs, messages } = owed();
    const startedAtMs = Date.now();
    this.state = {
      state: "running",
      startedAtMs,
      logs,
      logsLeft: logs,
      messages,
      messagesLeft: messages,
      reason: null,
    };
    this.#steps.log("info", `DRAIN: handing over ${messages} messages in ${logs} logs`);
    void this.#run();
    return null;
  }

  async #run(): Promise<void> {
    const { held, closeClients, store, release, end } = this.#steps;
    this.#say("consumers are given time to answer what they hold");
    await until(() => held() === 0, heldMsMax);
    await closeClients();
    this.#say("Postgres is given what it does not have yet");
    const failure = (await store(storeMsMax)) ?? (await release());
    if (failure !== null) {
      this.#fail(`${failure}; the node ends and keeps what it has`);
      return end(false);
    }
    this.#say("nobody has taken it yet");
    const isTaken = await this.#taken();
    this.state = {
      ...this.state!,
      state: "done",
      reason: isTaken ? null : "nobody has taken it yet: it lies in Postgres for the next node that looks",
    };
    this.#steps.log("info", `DRAIN: done${isTaken ? "" : `; ${this.state.reason}`}`);
    end(true);
  }

  async #taken(): Promise<boolean> {
    const deadlineMs = performance.now() + takenMsMax;
    do {
      // A Postgres that is away for a moment is asked again.
      const logsLeft = await this.#steps.left().catch(() => null);
      if (logsLeft !== null) {
        const { logs, messages } = this.state!;
        const most = Math.max(logs, logsLeft);
        this.state = { ...this.state!, logs: most, logsLeft, messagesLeft: logsLeft === 0 ? 0 : messages };
        if (logsLeft === 0) return true;
      }
      await pause(lookEveryMs);
    } while (performance.now() < deadlineMs);
    return false;
  }

  #say(reason: string): void {
    this.state = { ...this.state!, reason };
  }

  #fail(reason: string): void {
    this.state = { ...this.state!, state: "failed", reason };
    this.#steps.log("error", `DRAIN: ${reason}`);
  }
}

async function until(isSo: () => boolean, msMax: number): Promise<void> {
  const deadlineMs = performance.now() + msMax;
  while (!isSo() && performance.now() < deadlineMs) await pause(lookEveryMs);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
