"use client";

import { useState } from "react";
import type { NodeRow } from "../../../../server/console/contract/index.ts";
import { DrainDialog } from "../../../actions/drain-dialog.tsx";
import { TombstoneDialog } from "../../../actions/tombstone-dialog.tsx";
import { Button } from "../../../components/button.tsx";
import { Tooltip } from "../../../components/tooltip.tsx";
import { useCommand } from "../../../shell/commands.ts";
import { useWords } from "../../../words/index.ts";
import { useDrainClosed, useTombstoneClosed } from "../closed.ts";

/** What can be done with the whole node. */
export function NodeDeeds({ node }: { node: NodeRow }) {
  const t = useWords("nodes");
  const [asked, setAsked] = useState<"drain" | "tombstone" | null>(null);
  const close = (open: boolean) => !open && setAsked(null);
  return (
    <>
      <Deed
        label={t("tombstone.verb")}
        closed={useTombstoneClosed(node)}
        open={() => setAsked("tombstone")}
      />
      <Deed label={t("drain")} danger closed={useDrainClosed(node)} open={() => setAsked("drain")} />
      <DrainDialog node={node.key} open={asked === "drain"} onOpenChange={close} />
      <TombstoneDialog
        node={node.key}
        topics={node.topicCount}
        open={asked === "tombstone"}
        onOpenChange={close}
      />
    </>
  );
}

function Deed({
  label,
  danger = false,
  closed,
  open,
}: {
  label: string;
  danger?: boolean;
  /** Why it cannot be done now; null: it can. */
  closed: string | null;
  open: () => void;
}) {
  useCommand({ id: label, label, closed, run: open });
  const button = (
    <Button
      kind={danger ? "dangerQuiet" : "plain"}
      aria-disabled={closed !== null}
      className={closed === null ? "" : "cursor-not-allowed opacity-60"}
      onClick={() => closed === null && open()}
    >
      {label}
    </Button>
  );
  return closed === null ? button : <Tooltip text={closed}>{button}</Tooltip>;
}
