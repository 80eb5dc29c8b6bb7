"use client";

import type { ReactNode } from "react";
import { Sheet } from "../../components/sheet.tsx";
import { Shape } from "../../components/status.tsx";
import { clock, day } from "../../live/format.ts";
import { useActName } from "../../people/act-name.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { ObjectLink, Result } from "./columns.tsx";
import { JobOfLine, jobIdOf } from "./job-of-line.tsx";
import type { Line } from "./use-lines.ts";

/** Everything that is kept of one act. */
export function LineSheet({ line, onClose }: { line: Line; onClose: () => void }) {
  const t = useWords("audit");
  const zone = useZone();
  const nameOf = useActName();
  const f = useFormat();
  const job = jobIdOf(line);
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={nameOf(line.action)}
      description={`${day(line.atMs, zone)} ${clock(line.atMs, zone, true)}`}
      close={t("close")}
    >
      <dl className="mt-4 grid gap-x-6 gap-y-2 text-13 sm:grid-cols-[10rem_1fr]">
        <Fact label={t("column.actor")}>
          {line.actor} <span className="text-muted">({t(`kind.${line.actorKind}`)})</span>
        </Fact>
        {line.address !== null && (
          <Fact label={t("column.address")}>
            <span className="font-mono">{line.address}</span>
          </Fact>
        )}
        {line.session !== null && (
          <Fact label={t("session")}>
            <span className="font-mono">{line.session}</span>
          </Fact>
        )}
        <Fact label={t("column.object")}>
          <ObjectLink line={line} />
        </Fact>
        {job !== null && (
          <Fact label={t("job")}>
            <JobOfLine id={job} />
          </Fact>
        )}
        <Fact label={t("column.result")}>
          <Result line={line} t={t} />
        </Fact>
        {line.reason !== null && <Fact label={t("column.reason")}>{line.reason}</Fact>}
        <Json label={t("before")} value={line.before} />
        <Json label={t("after")} value={line.after} />
        <Json label={t("more")} value={line.object} />
        {line.requestId !== null && (
          <Fact label={t("request")}>
            <span className="font-mono">{line.requestId}</span>
          </Fact>
        )}
        <Fact label={t("place")}>{line.seq === null ? t("noPlace") : `#${line.seq}`}</Fact>
      </dl>
      {line.perNode !== null && line.perNode.length > 0 && (
        <section aria-label={t("nodes")} className="mt-4 text-13">
          <h3 className="font-medium">{t("nodes")}</h3>
          <ul className="mt-1 space-y-1">
            {line.perNode.map(({ node, ok, code, tookMs }) => (
              <li key={node} className="flex flex-wrap items-baseline gap-x-3">
                <Shape tone={ok ? "ok" : "crit"} className="translate-y-px" />
                <span className="font-mono wrap-anywhere">{node}</span>
                {tookMs > 0 && <span className="text-muted">{f.span(tookMs)}</span>}
                <span className="font-mono text-12 wrap-anywhere">{code}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Sheet>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="wrap-anywhere max-sm:mb-1">{children}</dd>
    </>
  );
}

function Json({ label, value }: { label: string; value: object | null }) {
  if (value === null) return null;
  return (
    <Fact label={label}>
      <pre className="overflow-x-auto rounded-control bg-surface p-2 font-mono text-12">
        {JSON.stringify(value, null, 1)}
      </pre>
    </Fact>
  );
}
