"use client";

import Link from "next/link";
import type { AdoptionRow, ClusterNodeRow } from "../../../server/console/contract/index.ts";
import { Card, Section } from "../../components/card.tsx";
import { Empty } from "../../components/empty.tsx";
import { Status, type Tone } from "../../components/status.tsx";
import { age, clock } from "../../live/format.ts";
import { useAwake } from "../../live/use-awake.ts";
import { useNow } from "../../live/use-now.ts";
import { paths } from "../../paths.ts";
import { adoptionSentence } from "./words.ts";

const states: Readonly<Record<AdoptionRow["state"], { readonly tone: Tone; readonly word: string }>> = {
  taking: { tone: "info", word: "Taking" },
  loading: { tone: "info", word: "Loading" },
  done: { tone: "ok", word: "Done" },
  failed: { tone: "warn", word: "Failed" },
};

/** Who took over from whom, the latest first, as it happens. */
export function Adoptions({
  rows,
  nodes,
}: {
  rows: readonly AdoptionRow[];
  nodes: readonly ClusterNodeRow[];
}) {
  const zone = useAwake() ? "local" : "utc";
  const nowMs = useNow();
  const names = new Map(nodes.map((node) => [node.key, node.hostname]));
  return (
    <Section title="Taken over" note="what the nodes that answer remember, the latest first">
      {rows.length === 0 ? (
        <Empty title="Nobody has taken over from anybody">
          When a node is gone for the time of its lease, another one takes its durable topics over.
        </Empty>
      ) : (
        <Card>
          <ul aria-label="Taken over">
            {rows.map((row) => (
              <li key={row.key} className="border-line px-4 py-2 text-13 not-last:border-b">
                <p className="flex flex-wrap items-baseline gap-x-2">
                  <Status tone={states[row.state].tone}>{states[row.state].word}</Status>
                  <Name node={row.by} />
                  <span className="text-muted">from</span>
                  {row.ofNode === null ? (
                    <span className="font-mono wrap-anywhere" title={row.of}>
                      {row.ofHostname ?? names.get(row.of) ?? row.of}
                    </span>
                  ) : (
                    <Name node={row.ofNode} />
                  )}
                  <span className="text-muted">epoch {row.epoch}</span>
                  <time className="ml-auto text-12 text-muted" dateTime={new Date(row.atMs).toISOString()}>
                    {clock(row.atMs, zone)}, {age(Math.max(0, nowMs - row.atMs))} ago
                  </time>
                </p>
                <p className="mt-0.5 text-muted wrap-anywhere">{adoptionSentence(row)}</p>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </Section>
  );
}

function Name({ node }: { node: string }) {
  return (
    <Link href={paths.node(node)} className="font-mono hover:text-accent hover:underline">
      {node}
    </Link>
  );
}
