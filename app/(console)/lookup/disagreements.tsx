"use client";

import Link from "next/link";
import type { DisagreementRow, RegistrationsView } from "../../../server/console/contract/index.ts";
import { Card, Section } from "../../components/card.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Badge, Shape } from "../../components/status.tsx";
import type { Read } from "../../live/use-read.ts";
import { paths } from "../../paths.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";

/** Topics about which the lookups do not say the same. Where they agree there is nothing to show. */
export function Disagreements({
  read,
  lookups,
  q,
}: {
  read: Read<RegistrationsView>;
  lookups: number;
  q: string;
}) {
  const t = useWords("lookup");
  const f = useFormat();
  const say = useFailureWords();
  const view = read.value;
  const failure = view === null ? read.failure : null;
  const rows = view?.disagreements.filter(({ key }) => key.includes(q)) ?? [];
  return (
    <Section title={t("differences")} note={t("differences-note")} className="mt-6">
      {failure !== null && (
        <p role="status" className="flex items-center gap-1.5">
          <Shape tone="warn" /> {say(failure)}
        </p>
      )}
      {view === null && failure === null && <Skeleton className="h-9" />}
      {view !== null && rows.length === 0 && (
        <p className="text-muted">
          {view.disagreementCount === 0
            ? lookups === 1
              ? t("alone")
              : t("agree", { count: view.topicCount, shown: f.count(view.topicCount) })
            : t("none-match", { count: view.disagreementCount })}
        </p>
      )}
      {view !== null && rows.length > 0 && (
        <Card>
          <ul aria-label={t("differences")}>
            {rows.map((row) => (
              <Difference
                key={row.key}
                row={row}
                asked={view.lookups.filter(({ reason }) => reason === null).map(({ key }) => key)}
              />
            ))}
          </ul>
        </Card>
      )}
      {view !== null && view.disagreements.length < view.disagreementCount && (
        <p className="mt-2 text-12 text-muted">
          {t("first", { shown: f.count(view.disagreements.length), total: f.count(view.disagreementCount) })}
        </p>
      )}
      {view !== null && view.tombstones.length > 0 && (
        <>
          <h3 className="mt-4 mb-2 text-13 font-medium">{t("tombstones")}</h3>
          <Card>
            <ul aria-label={t("tombstones")}>
              {view.tombstones.map(({ topic, node, lookups: by }) => (
                <li
                  key={`${topic} ${node}`}
                  className="flex min-h-9 flex-wrap items-center gap-2 border-line px-4 text-13 not-last:border-b"
                >
                  <TopicLink topic={topic} />
                  <Badge tone="unknown">{t("tombstoned")}</Badge>
                  <span className="text-muted wrap-anywhere">
                    {t("tombstone-at", { node, lookups: by.join(", ") })}
                  </span>
                </li>
              ))}
            </ul>
          </Card>
        </>
      )}
    </Section>
  );
}

/** `asked`: keys of the lookups that answered. */
function Difference({ row, asked }: { row: DisagreementRow; asked: readonly string[] }) {
  const t = useWords("lookup");
  const unknownTo = asked.filter((key) => !row.knownBy.includes(key));
  return (
    <li className="border-line px-4 py-2 text-13 not-last:border-b">
      <p className="flex flex-wrap items-center gap-2">
        <TopicLink topic={row.key} />
        <Badge tone="warn">{t("on", { known: row.knownBy.length, of: asked.length })}</Badge>
        {unknownTo.length > 0 && (
          <span className="text-muted wrap-anywhere">
            {t("unknown-to", { lookups: unknownTo.join(", ") })}
          </span>
        )}
      </p>
      {row.nodes.map(({ node, namedBy }) => (
        <p key={node} className="mt-0.5 text-muted wrap-anywhere">
          {t("named-by", { node, lookups: namedBy.join(", ") })}
        </p>
      ))}
    </li>
  );
}

function TopicLink({ topic }: { topic: string }) {
  return (
    <Link
      prefetch={false}
      href={paths.topic(topic)}
      className="min-w-0 truncate font-mono hover:text-accent hover:underline"
    >
      {topic}
    </Link>
  );
}
