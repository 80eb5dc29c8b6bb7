/** What leases, take-overs and Postgres's settings mean, in words for whoever has to decide something. */
import type { AdoptionRow, Drain, Durability, PostgresView } from "../../../server/console/contract/index.ts";
import type { Tone } from "../../components/status.tsx";
import { count, plural, span } from "../../live/format.ts";

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  /** One sentence each. */
  readonly lines: readonly string[];
}

/** What durable topics may count on now. @param durableTopics how many there are: without any, nothing is alarming */
export function postgresVerdict(postgres: PostgresView, durableTopics: number): Verdict {
  const { state, reason, durability } = postgres;
  const alarm: Tone = durableTopics > 0 ? "crit" : "warn";
  if (state === "none")
    return {
      tone: "unknown",
      headline: "No node that answers has a database",
      lines: ["Nothing can be durable, and nobody takes over what a node holds."],
    };
  if (state === "starting")
    return {
      tone: "info",
      headline: "Postgres has not answered yet",
      lines: [
        "Memory topics are served. Publishes to durable topics wait for it, and fail at their deadline.",
      ],
    };
  if (state === "down")
    return {
      tone: alarm,
      headline: `Postgres does not answer${reason === null ? "" : `: ${reason}`}`,
      lines: [
        "Publishes to durable topics wait for it, and fail at their deadline. Nothing that was acknowledged is lost.",
        "Memory topics go on; what does not fit in memory waits there.",
        "Nobody takes over from anybody meanwhile: every node that lives renews first when it is back.",
      ],
    };
  if (durability === null)
    return {
      tone: "unknown",
      headline: "Postgres answers",
      lines: ["What durable topics may count on has not been looked at yet."],
    };
  return durabilityVerdict(durability, alarm);
}

function durabilityVerdict(durability: Durability, alarm: Tone): Verdict {
  const { state, unsafeSettings } = durability;
  const meanings = unsafeSettings.map((setting) => `${setting}: ${meaningOf(setting)}`);
  if (state === "refused")
    return {
      tone: alarm,
      headline: "Publishes to durable topics are refused",
      lines: [
        ...meanings,
        "Set it right in Postgres; or start the nodes with --accept-loss, if losing messages is acceptable here.",
      ],
    };
  if (state === "at-risk")
    return {
      tone: alarm,
      headline: "Durable in name only: Postgres may lose what it has confirmed",
      lines: [...meanings, "The nodes were told to take durable publishes all the same (--accept-loss)."],
    };
  const onDisk =
    "OK means on Postgres's disk: any node, and Postgres itself, may be killed at any moment, and no acknowledged message is lost.";
  return standbyVerdict(durability, alarm, onDisk);
}

function standbyVerdict(durability: Durability, alarm: Tone, onDisk: string): Verdict {
  const { synchronousStandbys: names, synchronousConnected: connected } = durability;
  if (names === "")
    return {
      tone: alarm,
      headline: "No synchronous standby: an acknowledged message can be lost if Postgres's machine dies",
      lines: [onDisk, "Nobody else has to have a commit (synchronous_standby_names is empty)."],
    };
  if (connected === 0)
    return {
      tone: alarm,
      headline: "The synchronous standby is not connected: commits wait for it",
      lines: [
        `synchronous_standby_names is ${names}. Until one of them is back, publishes to durable topics wait, and fail at their deadline.`,
      ],
    };
  return {
    tone: "ok",
    headline: "Kept by Postgres and by a synchronous standby",
    lines: [
      onDisk,
      `A commit counts when a standby has it too (${names}): Postgres's machine may die as well.`,
      connected === null
        ? "Whether one is connected, the nodes may not see: their user lacks the role pg_read_all_stats."
        : `${plural(connected, "standby is", "standbys are")} connected.`,
    ],
  };
}

const meanings: Readonly<Record<string, string>> = {
  fsync:
    "Postgres does not wait for its disk; a machine that loses power loses or damages what was confirmed",
  full_page_writes: "a page that is half written when the power fails cannot be mended",
  synchronous_commit: "Postgres confirms before it has written; killing it loses the last moments",
};

function meaningOf(setting: string): string {
  const name = setting.split(" ")[0]!;
  return Object.hasOwn(meanings, name) ? meanings[name]! : "Postgres may lose what it has confirmed";
}

/** "18,204 messages in 12 logs, 3.91 s after its lease was unrenewed for 10.4 s (taken in 14 ms, read in 3.9 s)" */
export function adoptionSentence(row: AdoptionRow): string {
  const logs = plural(row.logs, "log");
  const waited = row.waitedMs === 0 ? "left in order" : `unrenewed for ${span(row.waitedMs)} before`;
  switch (row.state) {
    case "taking":
      return `taking ${logs}; ${waited}`;
    case "loading":
      return `took ${logs} in ${span(row.takeMs)}, reads what is unfinished; ${waited}`;
    case "done": {
      const took = row.takeMs === null || row.loadMs === null ? null : row.takeMs + row.loadMs;
      const parts = `taken in ${span(row.takeMs)}, read in ${span(row.loadMs)}`;
      return `${plural(row.messages, "message")} in ${logs}, deliverable after ${span(took)} (${parts}); ${waited}`;
    }
    case "failed":
      return `${logs} could not be taken${row.reason === null ? "" : `: ${row.reason}`}`;
  }
}

/** 0 to 1. */
export function drainShare({ state, logs, logsLeft, messages, messagesLeft }: Drain): number {
  if (state === "done") return 1;
  const all = messages > 0 ? messages : logs;
  const left = messages > 0 ? messagesLeft : logsLeft;
  return all === 0 ? 0 : Math.min(1, Math.max(0, 1 - left / all));
}

export function drainSentence(drain: Drain): string {
  const { state, messages, messagesLeft, logsLeft, reason } = drain;
  if (state === "done") return `Drained: ${reason ?? `${plural(messages, "message")} handed over`}`;
  if (state === "failed") return `Not drained${reason === null ? "" : `: ${reason}`}`;
  const left = `${count(messagesLeft)} of ${plural(messages, "message")} left, ${plural(logsLeft, "log")}`;
  return reason === null ? left : `${left}: ${reason}`;
}
