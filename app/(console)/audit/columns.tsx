import Link from "next/link";
import type { OperatorAction } from "../../../server/console/contract/index.ts";
import { Status, type Tone } from "../../components/status.tsx";
import type { Column } from "../../components/table/column.ts";
import { clock, day } from "../../live/format.ts";
import type { Zone } from "../../live/zone.ts";
import { paths } from "../../paths.ts";
import type { useWords } from "../../words/index.ts";
import { ChangeText } from "./change-text.tsx";
import { jobIdOf } from "./job-of-line.tsx";
import type { Line } from "./use-lines.ts";

export type AuditWords = ReturnType<typeof useWords<"audit">>;

export function auditColumns({
  t,
  nameOf,
  zone,
  open,
}: {
  readonly t: AuditWords;
  readonly nameOf: (action: string) => string;
  readonly zone: Zone;
  readonly open: (line: Line) => void;
}): readonly Column<Line>[] {
  return [
    {
      id: "at",
      header: t("column.at"),
      value: (line) => line.seq ?? line.atMs,
      priority: 1,
      cell: (line) => (
        <button
          type="button"
          className="text-left text-accent tabular-nums hover:underline pointer-coarse:min-h-11"
          onClick={() => open(line)}
        >
          {day(line.atMs, zone)} {clock(line.atMs, zone)}
        </button>
      ),
    },
    {
      id: "actor",
      header: t("column.actor"),
      value: (line) => line.actor,
      priority: 1,
      cell: (line) => <span className="wrap-anywhere">{line.actor}</span>,
    },
    {
      id: "action",
      header: t("column.action"),
      value: (line) => nameOf(line.action),
      priority: 1,
      cell: (line) => nameOf(line.action),
    },
    {
      id: "object",
      header: t("column.object"),
      value: (line) => objectName(line),
      priority: 1,
      cell: (line) => <ObjectLink line={line} />,
    },
    {
      id: "result",
      header: t("column.result"),
      value: (line) => line.result,
      priority: 2,
      cell: (line) => <Result line={line} t={t} />,
    },
    {
      id: "change",
      header: t("column.change"),
      priority: 2,
      cell: (line) => <ChangeText line={line} />,
    },
    {
      id: "reason",
      header: t("column.reason"),
      value: (line) => line.reason,
      priority: 3,
      grows: true,
      cell: (line) => (
        <span className="text-muted" title={line.reason ?? undefined}>
          {line.reason}
        </span>
      ),
    },
    {
      id: "address",
      header: t("column.address"),
      value: (line) => line.address,
      priority: 3,
      cell: (line) => <span className="font-mono text-12 text-muted">{line.address ?? "—"}</span>,
    },
  ];
}

/** What is neither a topic, a channel nor a node has its name in one of these. */
const nameFields = ["user", "token", "rule", "webhook", "job"] as const;

export function objectName({ topic, channel, node, object }: OperatorAction): string {
  if (topic !== null) return channel === null ? topic : `${topic}/${channel}`;
  if (node !== null) return node;
  const named = nameFields.map((field) => object?.[field]).find((name) => typeof name === "string");
  return (named as string | undefined) ?? "";
}

export function ObjectLink({ line }: { line: OperatorAction }) {
  const { topic, channel, node } = line;
  const job = jobIdOf(line);
  const name = objectName(line);
  const href =
    topic !== null
      ? channel === null
        ? paths.topic(topic)
        : paths.channel(topic, channel)
      : node !== null
        ? paths.node(node)
        : job !== null
          ? paths.job(job)
          : null;
  if (href === null) return <span className="wrap-anywhere">{name === "" ? "—" : name}</span>;
  return (
    <Link href={href} className="font-mono text-accent hover:underline wrap-anywhere">
      {name}
    </Link>
  );
}

export function Result({ line, t }: { line: OperatorAction; t: AuditWords }) {
  const tones: Readonly<Record<string, Tone>> = {
    ok: "ok",
    "no-op": "unknown",
    partly: "warn",
    begun: "info",
  };
  const key = `result.${line.result}` as "result.ok";
  const nodes = line.perNode ?? [];
  const done = nodes.filter(({ ok }) => ok).length;
  return (
    <Status tone={tones[line.result] ?? "crit"}>
      {t.has(key) ? t(key) : line.result}
      {done < nodes.length && (
        <span className="ml-1.5 text-12 text-muted">{t("onSome", { done, all: nodes.length })}</span>
      )}
    </Status>
  );
}
