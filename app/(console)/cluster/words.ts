/** What leases, take-overs and Postgres's settings mean, in words for whoever has to decide something. */
import type { AdoptionRow, Drain, Durability, PostgresView } from "../../../server/console/contract/index.ts";
import type { Tone } from "../../components/status.tsx";
import type { Formats } from "../../live/format.ts";
import type { useWords } from "../../words/index.ts";

export interface Reader {
  readonly t: ReturnType<typeof useWords<"cluster">>;
  readonly f: Formats;
}

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  /** One sentence each. */
  readonly lines: readonly string[];
}

/** What durable topics may count on now. @param durableTopics how many there are: without any, nothing is alarming */
export function postgresVerdict({ t }: Reader, postgres: PostgresView, durableTopics: number): Verdict {
  const { state, reason, durability } = postgres;
  const alarm: Tone = durableTopics > 0 ? "crit" : "warn";
  switch (state) {
    case "none":
      return { tone: "unknown", headline: t("verdict.none"), lines: [t("verdict.none-why")] };
    case "starting":
      return { tone: "info", headline: t("verdict.starting"), lines: [t("verdict.starting-why")] };
    case "down":
      return {
        tone: alarm,
        headline: reason === null ? t("verdict.down") : t("verdict.down-because", { reason }),
        lines: [t("verdict.down-durable"), t("verdict.down-memory"), t("verdict.down-leases")],
      };
    case "up":
      return durability === null
        ? { tone: "unknown", headline: t("verdict.unlooked"), lines: [t("verdict.unlooked-why")] }
        : durabilityVerdict(t, durability, alarm);
  }
}

function durabilityVerdict(t: Reader["t"], durability: Durability, alarm: Tone): Verdict {
  const { state, unsafeSettings } = durability;
  const meanings = unsafeSettings.map((setting) =>
    t("setting", { setting, meaning: t(`setting-means.${nameOf(setting)}`) }),
  );
  if (state === "refused")
    return { tone: alarm, headline: t("verdict.refused"), lines: [...meanings, t("verdict.refused-mend")] };
  if (state === "at-risk")
    return { tone: alarm, headline: t("verdict.at-risk"), lines: [...meanings, t("verdict.at-risk-why")] };
  return standbyVerdict(t, durability, alarm);
}

function standbyVerdict(t: Reader["t"], durability: Durability, alarm: Tone): Verdict {
  const { synchronousStandbys: names, synchronousConnected: connected } = durability;
  if (names === "")
    return {
      tone: alarm,
      headline: t("verdict.no-standby"),
      lines: [t("verdict.on-disk"), t("verdict.no-standby-why")],
    };
  if (connected === 0)
    return {
      tone: alarm,
      headline: t("verdict.standby-away"),
      lines: [t("verdict.standby-away-why", { names })],
    };
  return {
    tone: "ok",
    headline: t("verdict.kept"),
    lines: [
      t("verdict.on-disk"),
      t("verdict.kept-why", { names }),
      connected === null ? t("verdict.standby-unseen") : t("verdict.standbys", { count: connected }),
    ],
  };
}

const settings = ["fsync", "full_page_writes", "synchronous_commit"] as const;

function nameOf(setting: string): (typeof settings)[number] | "other" {
  return settings.find((name) => name === setting.split(" ")[0]) ?? "other";
}

/** "18,204 messages in 12 logs, deliverable after 3.91 s (taken in 14 ms, read in 3.9 s); unrenewed for 10.4 s before" */
export function adoptionSentence({ t, f }: Reader, row: AdoptionRow): string {
  const logs = t("logs", { count: row.logs });
  const unrenewed = { span: f.span(row.waitedMs) };
  const silent = row.waitedMs === 0 ? t("left") : t("unrenewed", unrenewed);
  const waited = row.forced ? t("forced", unrenewed) : silent;
  const take = f.span(row.takeMs);
  switch (row.state) {
    case "taking":
      return t("adoption.taking", { logs, waited });
    case "loading":
      return t("adoption.loading", { logs, take, waited });
    case "done": {
      const both = row.takeMs === null || row.loadMs === null ? null : row.takeMs + row.loadMs;
      const messages = t("messages", { count: row.messages ?? 0, shown: f.count(row.messages) });
      return t("adoption.done", {
        ...{ messages, logs, take, waited, took: f.span(both), load: f.span(row.loadMs) },
      });
    }
    case "failed":
      return row.reason === null
        ? t("adoption.failed", { logs })
        : t("adoption.failed-because", { logs, reason: row.reason });
  }
}

/** 0 to 1. */
export function drainShare({ state, logs, logsLeft, messages, messagesLeft }: Drain): number {
  if (state === "done") return 1;
  const all = messages > 0 ? messages : logs;
  const left = messages > 0 ? messagesLeft : logsLeft;
  return all === 0 ? 0 : Math.min(1, Math.max(0, 1 - left / all));
}

export function drainSentence({ t, f }: Reader, drain: Drain): string {
  const { state, messages, messagesLeft, logsLeft, reason } = drain;
  const all = t("messages", { count: messages, shown: f.count(messages) });
  if (state === "done")
    return reason === null ? t("drain.done", { all }) : t("drain.done-because", { reason });
  if (state === "failed") return reason === null ? t("drain.failed") : t("drain.failed-because", { reason });
  const left = t("drain.left", { left: f.count(messagesLeft), all, logs: t("logs", { count: logsLeft }) });
  return reason === null ? left : t("drain.left-because", { left, reason });
}
