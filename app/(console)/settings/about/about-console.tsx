"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { About } from "../../../../server/console/contract/index.ts";
import { Card, Section } from "../../../components/card.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { clock, day } from "../../../live/format.ts";
import { useStatus } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { useZone } from "../../../preferences/provider.tsx";
import { useConsole } from "../../../read/console.tsx";
import { useWords } from "../../../words/index.ts";

/** What runs here, and what it is made of. */
export function AboutConsole({ about }: { about: About }) {
  const t = useWords("about");
  const zone = useZone();
  const { environment } = useConsole();
  const { cluster, nodes } = useStatus().data;
  const versions = [...new Set(nodes.map(({ version }) => version ?? "—"))];
  return (
    <>
      <PageHead title={t("title")} />
      <div className="max-w-200 space-y-6">
        <Card>
          <dl className="grid gap-x-6 gap-y-2 px-4 py-3 sm:grid-cols-[12rem_1fr]">
            <Fact label={t("version")}>{about.version}</Fact>
            <Fact label={t("licence")}>{about.licence}</Fact>
            <Fact label={t("cluster")}>{cluster}</Fact>
            <Fact label={t("environment")}>{environment === "" ? t("noEnvironment") : environment}</Fact>
            <Fact label={t("nodes")}>{versions.length === 0 ? "—" : versions.join(", ")}</Fact>
            <Fact label={t("runtime")}>Node.js {about.nodeVersion}</Fact>
            <Fact label={t("started")}>
              {day(about.startedAtMs, zone)} {clock(about.startedAtMs, zone)}
            </Fact>
          </dl>
        </Card>
        <Section title={t("libraries")} note={t("count", { count: about.libraries.length })}>
          <div className="overflow-hidden rounded-card border border-line">
            <table className="w-full border-separate border-spacing-0">
              <thead>
                <tr className="text-left text-12 text-muted">
                  {[t("library"), t("version"), t("licence")].map((head) => (
                    <th key={head} scope="col" className="h-9 bg-surface px-4 font-medium">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {about.libraries.map(({ name, version, licence }) => (
                  <tr key={name} className="[&>td]:border-t [&>td]:border-line">
                    <td className="h-(--row) px-4 py-1 font-mono wrap-anywhere">{name}</td>
                    <td className="px-4 font-mono text-muted">{version}</td>
                    <td className="px-4 text-muted">{licence}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
        <p>
          <Link href={paths.design} className="text-accent underline">
            {t("design")}
          </Link>
        </p>
      </div>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="font-mono wrap-anywhere max-sm:mb-1">{children}</dd>
    </>
  );
}
