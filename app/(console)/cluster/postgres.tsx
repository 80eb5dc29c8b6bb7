"use client";

import type { PostgresView } from "../../../server/console/contract/index.ts";
import { Card, Section } from "../../components/card.tsx";
import { Shape } from "../../components/status.tsx";
import { unknown } from "../../live/format.ts";
import { useNow } from "../../live/use-now.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { Fact } from "./fact.tsx";
import { PostgresFacts } from "./postgres-facts.tsx";
import { postgresVerdict } from "./words.ts";

/** The answer first, the evidence under it. */
export function Postgres({ postgres, durableTopics }: { postgres: PostgresView; durableTopics: number }) {
  const t = useWords("cluster");
  const f = useFormat();
  const nowMs = useNow();
  const { tone, headline, lines } = postgresVerdict({ t, f }, postgres, durableTopics);
  const { state, sinceMs, durability } = postgres;
  const word = t(`postgres-state.${state}`);
  const unsafe = durability?.unsafeSettings ?? [];
  return (
    <Section title={t("postgres")} note={t("postgres-note")}>
      <Card className="px-4 py-3">
        <p data-testid="postgres-verdict" className="flex items-baseline gap-2 text-14 font-medium">
          <Shape tone={tone} />
          {headline}
        </p>
        <ul className="mt-1.5 space-y-1 text-13 text-muted">
          {lines.map((line) => (
            <li key={line} className="wrap-anywhere">
              {line}
            </li>
          ))}
        </ul>
        <dl className="mt-3 grid gap-x-10 gap-y-1 border-t border-line pt-3 text-13 lg:grid-cols-2">
          <Fact
            name={t("fact.state")}
            value={
              sinceMs === null ? word : t("for", { state: word, age: f.age(Math.max(0, nowMs - sinceMs)) })
            }
          />
          <Fact
            name={t("fact.commit")}
            value={`${f.span(postgres.commitP50Ms)}, ${f.span(postgres.commitP99Ms)}`}
          />
          <Fact
            name={t("fact.unsafe")}
            value={durability === null ? unknown : unsafe.length === 0 ? t("fact.none") : unsafe.join(", ")}
          />
          <Fact
            name={t("fact.standbys")}
            value={durability === null ? unknown : durability.synchronousStandbys || t("fact.none")}
          />
          <Fact name={t("fact.seen")} value={postgres.nodes.join(", ") || unknown} />
          {state !== "none" && <PostgresFacts />}
        </dl>
      </Card>
    </Section>
  );
}
