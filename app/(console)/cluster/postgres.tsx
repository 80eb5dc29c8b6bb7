"use client";

import type { PostgresView } from "../../../server/console/contract/index.ts";
import { Card, Section } from "../../components/card.tsx";
import { Shape } from "../../components/status.tsx";
import { age, span, unknown } from "../../live/format.ts";
import { useNow } from "../../live/use-now.ts";
import { postgresVerdict } from "./words.ts";

const stateWords = { up: "Up", down: "Away", starting: "Starting", none: "None" } as const;

/** The answer first, the evidence under it. */
export function Postgres({ postgres, durableTopics }: { postgres: PostgresView; durableTopics: number }) {
  const nowMs = useNow();
  const { tone, headline, lines } = postgresVerdict(postgres, durableTopics);
  const { state, sinceMs, durability } = postgres;
  const since = sinceMs === null ? "" : ` for ${age(Math.max(0, nowMs - sinceMs))}`;
  const unsafe = durability?.unsafeSettings ?? [];
  return (
    <Section title="Postgres" note="what durable topics may count on">
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
        <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 border-t border-line pt-3 text-13">
          <Fact name="State" value={`${stateWords[state]}${since}`} />
          <Fact
            name="Commit p50, p99"
            value={`${span(postgres.commitP50Ms)}, ${span(postgres.commitP99Ms)}`}
          />
          <Fact
            name="Settings that may lose something"
            value={durability === null ? unknown : unsafe.length === 0 ? "none" : unsafe.join(", ")}
          />
          <Fact
            name="Synchronous standbys"
            value={durability === null ? unknown : durability.synchronousStandbys || "none"}
          />
        </dl>
      </Card>
    </Section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="contents">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{value}</dd>
    </div>
  );
}
