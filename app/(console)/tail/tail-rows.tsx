"use client";

import Link from "next/link";
import { memo, useMemo, useState } from "react";
import type { TailRow } from "../../../client/browser/index.ts";
import { clock } from "../../live/format.ts";
import { visible } from "../../live/visible.ts";
import { bytesOfBase64 } from "../../messages/body.ts";
import { MessageBody } from "../../messages/message-body.tsx";
import { paths } from "../../paths.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { Rows } from "./rows.tsx";

/** Of a body, in a line. */
const lineCharactersMax = 400;

/** Newest first; a row opens to its body. Bodies are only ever text. */
export function TailRows({ topic, rows }: { topic: string; rows: readonly TailRow[] }) {
  const t = useWords("tail");
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Rows label={t("rows")} count={rows.length} keyOf={(index) => rows[index]?.id ?? index}>
      {(index) => {
        const row = rows[index];
        return row === undefined ? null : (
          <Row topic={topic} row={row} open={open === row.id} toggle={setOpen} />
        );
      }}
    </Rows>
  );
}

const Row = memo(function Row({
  topic,
  row,
  open,
  toggle,
}: {
  topic: string;
  row: TailRow;
  open: boolean;
  toggle: (id: string | null) => void;
}) {
  const t = useWords("tail");
  const f = useFormat();
  const zone = useZone();
  return (
    <>
      <div className="flex h-8 items-center gap-4 px-3 hover:bg-surface">
        <span className="shrink-0 text-12 text-muted">{clock(row.atMs, zone, true)}</span>
        <Link
          prefetch={false}
          href={paths.message(row.id)}
          className="shrink-0 font-mono text-12 text-accent hover:underline max-sm:hidden"
        >
          {row.id}
        </Link>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => toggle(open ? null : row.id)}
          className="min-w-0 flex-1 truncate text-left font-mono text-12"
        >
          {row.body === "" ? (
            <span className="text-muted">{t("empty-body")}</span>
          ) : (
            visible(row.body.slice(0, lineCharactersMax))
          )}
        </button>
        <span className="shrink-0 text-12 text-muted">{f.bytes(row.bytes)}</span>
      </div>
      {open && (
        <div className="space-y-2 border-t border-line bg-surface px-3 py-2">
          <div className="flex flex-wrap items-center gap-3 text-12 text-muted">
            <Link href={paths.message(row.id)} className="text-accent underline">
              {t("trace", { id: row.id })}
            </Link>
            <span className="font-mono">{row.node}</span>
          </div>
          <OpenBody topic={topic} row={row} />
        </div>
      )}
    </>
  );
});

function OpenBody({ topic, row }: { topic: string; row: TailRow }) {
  const beginning = useMemo(
    () => ({
      bytes: row.encoding === "text" ? new TextEncoder().encode(row.body) : bytesOfBase64(row.body),
      size: row.bytes,
    }),
    [row],
  );
  return <MessageBody topic={topic} id={row.id} beginning={beginning} />;
}
