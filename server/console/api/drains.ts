/**
 * Nodes that hand over what they have, because somebody asked here. A drain is the node's: it goes on whatever
 * becomes of this console, and how far it is stands on the node's live stream. Here it is begun and recorded.
 */
import { demandFresh, type Proven } from "../auth/authorize.ts";
import type { Collector } from "../collector/collector.ts";
import { drain as drainLine } from "../collector/live-schema.ts";
import type { Drain, DrainRequest, DrainStarted } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import { Refused, reasonOf } from "../peer-answer.ts";
import type { ActionLog, AskedBy } from "./action-log.ts";
import { Failure } from "./failure.ts";

const lineBytesMax = 16 * 1024;
/** Longer than this nobody looks at a page to hear that it has begun. */
const beginMsMax = 10_000;

export class Drains {
  readonly #collector: Collector;
  readonly #log: ActionLog;
  readonly #closing = new AbortController();

  constructor(collector: Collector, log: ActionLog) {
    this.#collector = collector;
    this.#log = log;
  }

  /** Resolves when the node has begun. Throws `Failure`. */
  async begin(key: string, request: DrainRequest, by: AskedBy, proven: Proven): Promise<DrainStarted> {
    const node = this.#collector.node(key);
    if (!node) throw new Failure("not-found", "There is no such node.");
    const record = (result: string, drain: Drain | null) =>
      this.#log.write({
        ...by,
        action: "drain-node",
        object: { node: key },
        ...{ after: drain, reason: request.reason, result },
      });
    try {
      confirmedDrain(key, request, proven, this.#collector.clock.wallMs());
    } catch (error) {
      record((error as Failure).code, null);
      throw error;
    }
    try {
      const drain = await this.#follow(node.peer, record);
      record("begun", drain);
      return { node: key, drain, requestId: by.requestId ?? "" };
    } catch (error) {
      const failure = failureOf(error, key);
      record(failure.code, null);
      throw failure;
    }
  }

  /** Whatever goes on goes on without us. */
  close(): void {
    this.#closing.abort();
  }

  /** Resolves with its first word; `ended` is called after that, when there is no more to come. */
  async #follow(peer: HttpPeer, ended: (result: string, drain: Drain) => void): Promise<Drain> {
    const first = Promise.withResolvers<Drain>();
    const gaveUp = new AbortController();
    const timer = setTimeout(() => gaveUp.abort(), beginMsMax);
    let last: Drain | null = null;
    const stream = peer.lines(
      "/v1/drain",
      {},
      {
        method: "POST",
        signal: AbortSignal.any([this.#closing.signal, gaveUp.signal]),
        lineBytesMax,
        onLine: (text) => {
          const line = drainLine.safeParse(parsed(text));
          if (!line.success) return;
          clearTimeout(timer);
          last = line.data;
          first.resolve(last);
        },
      },
    );
    stream
      .then(
        () => first.reject(new Error("it said nothing of how far it is")),
        (error) => first.reject(gaveUp.signal.aborted ? new Error("it did not begin in time") : error),
      )
      .finally(() => {
        clearTimeout(timer);
        if (last === null || this.#closing.signal.aborted) return;
        ended(last.state === "running" ? "its end was not heard" : last.state, last);
      });
    return first.promise;
  }
}

/** Throws `Failure` unless it was confirmed, by somebody who has just proved to be who they are. */
export function confirmedDrain(
  key: string,
  { confirm, reason = "" }: Partial<DrainRequest>,
  proven: Proven,
  nowMs: number,
): void {
  demandFresh(proven, nowMs);
  if (confirm?.name !== key) throw new Failure("confirm-name", `Type ${key} to confirm.`);
  if (reason.trim() === "") throw new Failure("reason-needed", "Say why: it is kept in the log.");
}

/** null: it is no line of a drain. */
export function drainLineOf(text: string): Drain | null {
  return drainLine.safeParse(parsed(text)).data ?? null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function failureOf(error: unknown, key: string): Failure {
  if (!(error instanceof Refused))
    return new Failure("node-unreachable", `${key} does not answer: ${reasonOf(error)}.`);
  const why: Readonly<Record<number, string>> = {
    401: "it refused the cluster's secret",
    404: "it does not know how to: it is older, or no node of Weir",
    409: "it has no database, and so nobody to hand over to",
    503: "Postgres does not answer it",
  };
  return new Failure("node-refused", `${key} refuses: ${why[error.status] ?? error.message}.`, {
    nodeCode: `HTTP ${error.status}`,
  });
}
