"use client";

import { ArrowRightFromLine, Copy, ExternalLink, EyeOff } from "lucide-react";
import { memo, useState } from "react";
import type { NodeRow } from "../../../server/console/contract/index.ts";
import { DrainDialog } from "../../actions/drain-dialog.tsx";
import { TombstoneDialog } from "../../actions/tombstone-dialog.tsx";
import { RowAction, RowLink, RowMenu, RowMenuLine } from "../../components/table/row-menu.tsx";
import { paths } from "../../paths.ts";
import { useWords } from "../../words/index.ts";
import { useDrainClosed, useTombstoneClosed } from "./closed.ts";
import { useCopyConfig } from "./copy-config.ts";

type Asked = "drain" | "tombstone";

/** What can be done with one node of the list. */
export const NodeMenu = memo(function NodeMenu({ row }: { row: NodeRow }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = (open: boolean) => !open && setAsked(null);
  return (
    <>
      <RowMenu name={row.key}>
        <Items row={row} ask={setAsked} />
      </RowMenu>
      {asked === "drain" && <DrainDialog node={row.key} open onOpenChange={close} />}
      {asked === "tombstone" && (
        <TombstoneDialog node={row.key} topics={row.topicCount} open onOpenChange={close} />
      )}
    </>
  );
});

function Items({ row, ask }: { row: NodeRow; ask: (asked: Asked) => void }) {
  const t = useWords("nodes");
  const drainClosed = useDrainClosed(row);
  const copy = useCopyConfig();
  const copyClosed = row.limits !== null ? t("copy.limits") : row.state === "up" ? null : t("closed.silent");
  const tombstoneClosed = useTombstoneClosed(row);
  return (
    <>
      <RowLink href={paths.node(row.key)}>
        <ExternalLink aria-hidden="true" />
        {t("open")}
      </RowLink>
      <RowAction closed={copyClosed} onSelect={() => void copy(row.key)}>
        <Copy aria-hidden="true" />
        {t("copy.verb")}
      </RowAction>
      <RowMenuLine />
      <RowAction closed={tombstoneClosed} onSelect={() => ask("tombstone")}>
        <EyeOff aria-hidden="true" />
        {t("tombstone.verb")}
      </RowAction>
      <RowMenuLine />
      <RowAction danger closed={drainClosed} onSelect={() => ask("drain")}>
        <ArrowRightFromLine aria-hidden="true" />
        {t("drain")}
      </RowAction>
    </>
  );
}
