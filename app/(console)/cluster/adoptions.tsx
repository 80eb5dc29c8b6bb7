"use client";

import Link from "next/link";
import type { AdoptionRow, ClusterNodeRow } from "../../../server/console/contract/index.ts";
import { Card, Section } from "../../components/card.tsx";
import { Empty } from "../../components/empty.tsx";
import { Status, type Tone } from "../../components/status.tsx";
import { clock } from "../../live/format.ts";
import { useNow } from "../../live/use-now.ts";
import { paths } from "../../paths.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { adoptionSentence } from "./words.ts";

const tones: Readonly<Record<AdoptionRow["state"], Tone>> = {
  taking: "info",
  loading: "info",
  done: "ok",
  failed: "warn",
};

/** Who took over from whom, the latest first, as it happens. */
export function Adoptions({
  rows,
  nodes,
}: {
  rows: readonly AdoptionRow[];
  nodes: readonly ClusterNodeRow[];
}) {
  const t = useWords("cluster");
  const f = useFormat();
  const zone = useZone();
  const nowMs = useNow();
  const names = new Map(nodes.map((node) => [node.key, node.hostname]));
  // Rows that came later stand behind those that were there.
  const latestFirst = rows.toSorted((one, other) => other.atMs - one.atMs);
  return (
    <Section title={t("taken")} note={t("taken-note")}>
      {rows.length === 0 ? (
        <Empty title={t("taken-none")}>{t("taken-none-why")}</Empty>
      ) : (
        <Card>
          <ul aria-label={t("taken")}>
            {latestFirst.map((row) => (
              <li key={row.key} className="border-line px-4 py-2 text-13 not-last:border-b">
                <p className="flex flex-wrap items-baseline gap-x-2">
                  <Status tone={tones[row.state]}>{t(`adoption-state.${row.state}`)}</Status>
                  <Name node={row.by} />
                  <span className="text-muted">{t("from")}</span>
                  {row.ofNode === null ? (
                    <span className="font-mono wrap-anywhere" title={row.of}>
                      {row.ofHostname ?? names.get(row.of) ?? row.of}
                    </span>
                  ) : (
                    <Name node={row.ofNode} />
                  )}
                  <span className="text-muted">{t("epoch", { epoch: row.epoch })}</span>
                  <time className="ml-auto text-12 text-muted" dateTime={new Date(row.atMs).toISOString()}>
                    {t("at", { time: clock(row.atMs, zone), age: f.age(Math.max(0, nowMs - row.atMs)) })}
                  </time>
                </p>
                <p className="mt-0.5 text-muted wrap-anywhere">{adoptionSentence({ t, f }, row)}</p>
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
