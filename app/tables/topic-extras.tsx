"use client";

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import {
  apiPaths,
  type RegistrationsView,
  type SparkRow,
  sparkStepMs,
  sparksMax,
} from "../../server/console/contract/index.ts";
import { Spark } from "../components/spark.tsx";
import { Badge } from "../components/status.tsx";
import { post } from "../live/post.ts";
import { useRead } from "../live/use-read.ts";
import { useFormat, useWords } from "../words/index.ts";

/** Lookups are asked for everything they know: seldom. */
const lookupsEveryMs = 30_000;
/** While somebody scrolls nothing is asked. */
const restMs = 400;

/** What lookups say of a topic that is not as it should be. */
export interface Lookedup {
  /** How many lookups know it, of those that answered; null: all of them. */
  readonly knownBy: { readonly count: number; readonly of: number } | null;
  /** Nodes at which it is hidden from consumers. */
  readonly tombstones: readonly string[];
}

const Sparks = createContext<ReadonlyMap<string, SparkRow["depths"]>>(new Map());
const Lookups = createContext<ReadonlyMap<string, Lookedup>>(new Map());

/** What the rows of topics show beside what moves: asked for by the page, not with every tick. */
export function TopicExtras({
  topics,
  sparks,
  children,
}: {
  /** Those in sight. */
  topics: readonly string[];
  /** Whether their column is shown. */
  sparks: boolean;
  children: ReactNode;
}) {
  return (
    <LookedUp>
      <Sparks value={useSparks(topics, sparks)}>{children}</Sparks>
    </LookedUp>
  );
}

/** Asks the lookups of all topics, for the badges of those within. */
export function LookedUp({ children }: { children: ReactNode }) {
  return <Lookups value={useLookups()}>{children}</Lookups>;
}

/** Where lookups hide one of a topic's nodes from consumers. */
export function TombstoneBadge({ topic, node }: { topic: string; node: string }) {
  const t = useWords("topics");
  if (!useContext(Lookups).get(topic)?.tombstones.includes(node)) return null;
  return (
    <Badge tone="warn" title={t("tombstoned-means", { nodes: node })}>
      {t("tombstoned")}
    </Badge>
  );
}

/** Beside the others: only where lookups say something that somebody has to know. */
export function LookupBadges({ topic, brief = false }: { topic: string; brief?: boolean }) {
  const t = useWords("topics");
  const found = useContext(Lookups).get(topic);
  if (found === undefined) return null;
  const { knownBy, tombstones } = found;
  return (
    <>
      {knownBy !== null && (
        <Badge brief={brief} tone="warn" title={t("lookups-means")}>
          {t("lookups", knownBy)}
        </Badge>
      )}
      {tombstones.length > 0 && (
        <Badge brief={brief} tone="warn" title={t("tombstoned-means", { nodes: tombstones.join(", ") })}>
          {t("tombstoned")}
        </Badge>
      )}
    </>
  );
}

/** The last hour of what waited. */
export function TopicSpark({ topic }: { topic: string }) {
  const t = useWords("topics");
  const f = useFormat();
  const depths = useContext(Sparks).get(topic);
  const known = depths?.filter((depth) => depth !== null) ?? [];
  if (depths === undefined || known.length === 0) return <span className="text-muted">—</span>;
  const label = t("spark", {
    from: f.count(known[0]!),
    to: f.count(known.at(-1)!),
    most: f.count(Math.max(...known)),
  });
  return <Spark values={depths} label={label} />;
}

function useLookups(): ReadonlyMap<string, Lookedup> {
  const [none, setNone] = useState(false);
  const { value } = useRead<RegistrationsView>(apiPaths.registrations, none ? null : lookupsEveryMs);
  const isNone = value !== null && value.lookups.length === 0;
  useEffect(() => setNone(isNone), [isNone]);
  return useMemo(() => (value === null ? new Map() : lookedup(value)), [value]);
}

/** By topic, only where there is something to say. */
export function lookedup({ lookups, disagreements, tombstones }: RegistrationsView): Map<string, Lookedup> {
  const found = new Map<string, Lookedup>();
  const of = lookups.filter(({ reason }) => reason === null).length;
  for (const { key, knownBy } of disagreements)
    if (knownBy.length < of) found.set(key, { knownBy: { count: knownBy.length, of }, tombstones: [] });
  for (const { topic, node } of tombstones) {
    const before = found.get(topic) ?? { knownBy: null, tombstones: [] };
    found.set(topic, { ...before, tombstones: [...before.tombstones, node] });
  }
  return found;
}

function useSparks(topics: readonly string[], wanted: boolean): ReadonlyMap<string, SparkRow["depths"]> {
  const [known, setKnown] = useState<ReadonlyMap<string, SparkRow["depths"]>>(new Map());
  // In the order of names: that rows change places is no reason to ask again.
  const names = useMemo(() => JSON.stringify([...topics].sort().slice(0, sparksMax)), [topics]);
  useEffect(() => {
    if (!wanted || names === "[]") return;
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      if (!document.hidden) {
        const answer = await post<SparkRow[]>(apiPaths.sparks, { topics: JSON.parse(names) });
        if (over) return;
        if (answer.ok) setKnown(new Map(answer.value.map(({ topic, depths }) => [topic, depths])));
      }
      timer = setTimeout(() => void ask(), sparkStepMs);
    };
    timer = setTimeout(() => void ask(), restMs);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [names, wanted]);
  return known;
}
