"use client";

import Link from "next/link";
import { memo } from "react";
import type { OutcomeRow } from "../../../client/browser/index.ts";
import { clock } from "../../live/format.ts";
import { visible } from "../../live/visible.ts";
import { Kind } from "../../messages/kinds.tsx";
import { paths } from "../../paths.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { Rows } from "./rows.tsx";

/** What happened to messages, newest first. `received`: since it began, so that a row keeps its key. */
export function OutcomeRows({ rows, received }: { rows: readonly OutcomeRow[]; received: number }) {
  const t = useWords("tail");
  return (
    <Rows label={t("outcome-rows")} count={rows.length} keyOf={(index) => received - index}>
      {(index) => {
        const row = rows[index];
        return row === undefined ? null : <Row row={row} />;
      }}
    </Rows>
  );
}

const Row = memo(function Row({ row }: { row: OutcomeRow }) {
  const t = useWords("tail");
  const f = useFormat();
  const zone = useZone();
  const { client } = row;
  return (
    <div className="flex h-8 items-center gap-4 px-3 hover:bg-surface">
      <span className="shrink-0 text-12 text-muted">{clock(row.atMs, zone, true)}</span>
      <span className="w-28 shrink-0">
        <Kind kind={row.kind} />
      </span>
      <Link
        prefetch={false}
        href={paths.message(row.id)}
        className="shrink-0 font-mono text-12 text-accent hover:underline"
      >
        {row.id}
      </Link>
      {row.count > 1 && (
        <span className="shrink-0 text-12 text-muted">
          {t("run", { count: row.count - 1, more: f.count(row.count - 1) })}
        </span>
      )}
      <span className="shrink-0 font-mono text-12">{row.channel ?? ""}</span>
      {row.attempts !== null && (
        <span className="shrink-0 text-12">{t("attempt", { number: row.attempts })}</span>
      )}
      {row.delayMs !== null && (
        <span className="shrink-0 text-12 text-muted">{t("delay", { delay: f.span(row.delayMs) })}</span>
      )}
      <span className="min-w-0 flex-1 truncate text-right text-12 text-muted max-md:hidden">
        {client === null ? "" : visible([client.id, client.host, client.address].filter(Boolean).join(" · "))}
      </span>
    </div>
  );
});
