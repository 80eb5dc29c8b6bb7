"use client";

import type { ReactNode } from "react";
import type { Coverage, Problem } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/card.tsx";
import { Command } from "../../components/copy.tsx";
import { CoverageNote } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { Failure } from "../../components/failure.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { ProblemList } from "../../components/problem-list.tsx";
import { MetricsSkeleton } from "../../components/skeleton.tsx";
import { useNow } from "../../live/use-now.ts";
import { paths } from "../../paths.ts";
import { useWords } from "../../words/index.ts";
import { Specimen } from "./specimen.tsx";

const partial = (atMs: number): Coverage => ({
  heard: 2,
  of: 3,
  missing: [{ key: "nsqd-3:4151", lastHeardAtMs: atMs }],
  silentLookups: ["lookup-2:4161"],
});

const problem = { topic: null, channel: null, node: null, message: "" } as const;
const problems: readonly Omit<Problem, "sinceMs">[] = [
  {
    ...problem,
    ...{ key: "a", rule: "node-silent", code: "node-silent", severity: "crit" },
    params: { name: "nsqd-3:4151", heardMs: 23_000, reason: "none" },
  },
  {
    ...problem,
    ...{ key: "b", rule: "no-consumers", code: "no-consumers", severity: "warn" },
    params: { name: "orders/billing", count: 18_204, oldestMs: 840_000 },
  },
];

/** What a page shows when it cannot show all, each with what to do about it. */
export function States() {
  const t = useWords("design");
  const sinceMs = useNow() - 23_000;
  return (
    <Section title={t("states")}>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <State name={t("state.first")}>
          <MetricsSkeleton count={8} />
        </State>
        <State name={t("state.new")}>
          <Empty title={t("new")}>
            <Command text="curl -d hello 'http://127.0.0.1:4151/pub?topic=test'" />
          </Empty>
        </State>
        <State name={t("state.filter")}>
          <Empty title={t("noMatch", { count: 214 })}>
            <Button>{t("clear")}</Button>
          </Empty>
        </State>
        <State name={t("state.partial")}>
          <CoverageNote coverage={partial(sinceMs)} />
        </State>
        <State name={t("state.error")}>
          <Failure
            failure={{ code: "node-unreachable", message: "", requestId: "1f0c", nodeCode: "E_TIMEOUT" }}
          />
        </State>
        <State name={t("state.refused")}>
          <LinkButton href={paths.topics} closed={t("needs")}>
            {t("empty")}
          </LinkButton>
        </State>
        <State name={t("state.problems")}>
          <ProblemList problems={problems.map((one) => ({ ...one, sinceMs }))} />
        </State>
        <State name={t("state.stale")}>
          <div data-stale="true" className="flex items-center gap-3">
            <span aria-hidden="true" className="hatch h-4 w-6 rounded-control" />
            <span data-number="" className="text-20 font-medium">
              12,304
            </span>
          </div>
        </State>
      </div>
    </Section>
  );
}

function State({ name, children }: { name: string; children: ReactNode }) {
  return <Specimen name={name}>{children}</Specimen>;
}
