/** The last hour of the topics in sight, small: what waited in each, minute by minute. */
import { selectSparks } from "../../../db/queries/metrics.ts";
import type { Clock } from "../clock.ts";
import { flowMetrics, type SparkRow, sparkPoints, sparkStepMs } from "../contract/index.ts";
import type { Database } from "./database.ts";

/** Kept so that a hundred browsers ask Postgres once. */
const keptMs = 30_000;
const rowsMax = 2_000;

const stepS = sparkStepMs / 1_000;
/** Counted from 1, as Postgres counts. */
const depthPlaces = [flowMetrics.indexOf("memoryDepth") + 1, flowMetrics.indexOf("storedDepth") + 1] as const;

interface Kept {
  readonly atMs: number;
  readonly fromS: number;
  readonly depths: Promise<readonly (number | null)[]>;
}

export class Sparks {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** In the order asked for. Rejects when Postgres does not answer. */
  of(topics: readonly string[]): Promise<SparkRow[]> {
    const nowMs = this.#clock.wallMs();
    const fromS = (Math.floor(nowMs / sparkStepMs) - sparkPoints) * stepS;
    const isFresh = (kept: Kept | undefined) => kept?.fromS === fromS && Math.abs(nowMs - kept.atMs) < keptMs;
    const unknown = topics.filter((topic) => !isFresh(this.#kept.get(topic)));
    if (unknown.length > 0) this.#ask(unknown, fromS, nowMs);
    return Promise.all(topics.map(async (topic) => ({ topic, depths: await this.#kept.get(topic)!.depths })));
  }

  #ask(topics: readonly string[], fromS: number, atMs: number): void {
    const rooms = topics.map((topic) => `topic:${topic}`);
    const range = { fromS, toS: fromS + sparkPoints * stepS };
    const answer = this.#database((sql) => selectSparks(sql, rooms, range, depthPlaces));
    for (const topic of topics) {
      const depths = answer.then((found) => onGrid(found.get(`topic:${topic}`) ?? [], fromS));
      const kept = { atMs, fromS, depths };
      // The newest last: the first is the oldest.
      this.#kept.delete(topic);
      this.#kept.set(topic, kept);
      depths.catch(() => {
        if (this.#kept.get(topic) === kept) this.#kept.delete(topic);
      });
    }
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= rowsMax) break;
      this.#kept.delete(oldest);
    }
  }
}

function onGrid(points: readonly { readonly atS: number; readonly depth: number | null }[], fromS: number) {
  const depths: (number | null)[] = new Array(sparkPoints).fill(null);
  for (const { atS, depth } of points) {
    const at = (atS - fromS) / stepS;
    if (Number.isInteger(at) && at >= 0 && at < sparkPoints) depths[at] = depth;
  }
  return depths;
}
