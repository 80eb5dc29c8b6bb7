"use client";

import { ArrowLeftToLine, ExternalLink, FlaskConical } from "lucide-react";
import { useState } from "react";
import { type ClusterNodeRow, isProduction } from "../../../server/console/contract/index.ts";
import { useWritesClosed } from "../../actions/use-writes.ts";
import { RowAction, RowLink, RowMenu, RowMenuLine } from "../../components/table/row-menu.tsx";
import { paths } from "../../paths.ts";
import { useConsole } from "../../read/console.tsx";
import { useWords } from "../../words/index.ts";
import { AdoptDialog } from "./adopt-dialog.tsx";
import { useAllMembers } from "./all-members.ts";
import { FailoverDialog } from "./failover-dialog.tsx";

type Asked = "adopt" | "failover";

/** What can be done about one node's lease. */
export function MemberMenu({ row }: { row: ClusterNodeRow }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const adopters = useAdopters(row);
  const close = (open: boolean) => !open && setAsked(null);
  return (
    <>
      <RowMenu name={row.node ?? row.key}>
        <Items row={row} adopters={adopters} ask={setAsked} />
      </RowMenu>
      {asked === "adopt" && <AdoptDialog row={row} adopters={adopters} onOpenChange={close} />}
      {asked === "failover" && row.node !== null && <FailoverDialog node={row.node} onOpenChange={close} />}
    </>
  );
}

/** The other nodes that could take over now. */
function useAdopters({ key }: ClusterNodeRow): readonly string[] {
  return useAllMembers().flatMap((other) =>
    other.key !== key && other.node !== null && other.lease === "held" && isFree(other) ? [other.node] : [],
  );
}

const isFree = ({ state, drain, testing }: ClusterNodeRow) => state === "up" && drain === null && !testing;

interface ItemsProps {
  readonly row: ClusterNodeRow;
  readonly adopters: readonly string[];
  readonly ask: (asked: Asked) => void;
}

function Items({ row, adopters, ask }: ItemsProps) {
  const t = useWords("cluster");
  const { environment } = useConsole();
  const closed = {
    adopt: useWritesClosed("force-adopt"),
    failover: useWritesClosed("test-failover"),
  };
  const nothing = row.holds === false;
  const nobody = adopters.length === 0;
  const adoptClosed = closed.adopt ?? (nothing ? t("adopt.nothing") : nobody ? t("adopt.nobody") : null);
  const failoverClosed =
    closed.failover ??
    (row.lease !== "held" || !isFree(row)
      ? t("failover.closed")
      : nothing
        ? t("failover.nothing")
        : nobody
          ? t("adopt.nobody")
          : null);
  return (
    <>
      {row.node !== null && (
        <>
          <RowLink href={paths.node(row.node)}>
            <ExternalLink aria-hidden="true" />
            {t("open")}
          </RowLink>
          <RowMenuLine />
        </>
      )}
      {row.node !== null && !isProduction(environment) && (
        <RowAction danger closed={failoverClosed} onSelect={() => ask("failover")}>
          <FlaskConical aria-hidden="true" />
          {t("failover.verb")}
        </RowAction>
      )}
      <RowAction danger closed={adoptClosed} onSelect={() => ask("adopt")}>
        <ArrowLeftToLine aria-hidden="true" />
        {t("adopt.verb")}
      </RowAction>
    </>
  );
}
