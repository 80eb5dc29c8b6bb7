"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import { apiPaths, type OptionRow, type OptionsView } from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { CopyButton } from "../../../components/copy.tsx";
import { Empty } from "../../../components/empty.tsx";
import { OptionValueText } from "../../../components/option-value.tsx";
import { ReadNote } from "../../../components/read-note.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { Shape } from "../../../components/status.tsx";
import type { Column } from "../../../components/table/column.ts";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { useRead } from "../../../live/use-read.ts";
import { useWords } from "../../../words/index.ts";
import { asFile, isOwn, type OwnOption, ownOptions } from "./own-options.ts";

const shows = ["set", "differing", "all"] as const;

/** How the node is set, and where others are set otherwise. */
export function NodeOptions({ name }: { name: string }) {
  const t = useWords("node");
  const read = useRead<OptionsView>(apiPaths.options, null);
  const [show, setShow] = useQueryState("show", parseAsStringLiteral(shows).withDefault("set"));
  const columns = useColumns();
  const { sorting, setSorting } = useSort("name", "options");
  const view = read.value;
  const own = useMemo(() => (view === null ? [] : ownOptions(view, name)), [view, name]);
  if (view === null && read.failure === null) return <Skeleton className="h-40" />;
  const shown = own.filter(
    (option) => show === "all" || (show === "set" ? option.isSet : option.others.length > 0),
  );
  const nodes = view?.nodes ?? [];
  return (
    <>
      <ReadNote
        read={read}
        atMs={view?.atMs ?? null}
        nodes={nodes.filter((node) => node.node === name || node.state === "unreachable")}
      />
      {own.length > 0 && (
        <>
          <div className="mb-3 flex flex-wrap items-center gap-2">
            {shows.map((one) => (
              <Button
                key={one}
                size="small"
                kind={one === show ? "primary" : "plain"}
                aria-pressed={one === show}
                onClick={() => void setShow(one)}
              >
                {t(`options.show-${one}`)}
              </Button>
            ))}
            <span className="ml-auto">
              <CopyButton text={asFile(own)} label={t("options.copy")} />
            </span>
          </div>
          {shown.length === 0 ? (
            <Empty title={t(show === "differing" ? "options.same" : "options.standard")} />
          ) : (
            <DataTable
              label={t("tab.config")}
              rows={shown}
              columns={columns}
              sorting={sorting}
              onSort={setSorting}
              filter={show}
            />
          )}
        </>
      )}
    </>
  );
}

function useColumns(): readonly Column<OwnOption>[] {
  const t = useWords("node");
  return useMemo(
    (): readonly Column<OwnOption>[] => [
      {
        id: "name",
        header: t("options.name"),
        value: (row) => row.key,
        cell: (row) => <span className="font-mono">--{row.key}</span>,
      },
      {
        id: "value",
        header: t("options.value"),
        priority: 1,
        value: (row) => JSON.stringify(row.value),
        cell: (row) => <Value option={row} value={row.value} />,
      },
      {
        id: "default",
        header: t("options.default"),
        priority: 3,
        value: (row) => JSON.stringify(row.default),
        cell: (row) => (row.isSecret ? null : <Value option={row} value={row.default} />),
      },
      {
        id: "others",
        header: t("options.others"),
        priority: 2,
        grows: true,
        value: (row) => row.others.length,
        cell: (row) => <Others row={row} />,
      },
    ],
    [t],
  );
}

function Value({ option, value }: { option: OptionRow; value: OptionRow["default"] }) {
  return (
    <span className="block w-max max-w-88 py-1 whitespace-normal">
      <OptionValueText option={option} value={value} />
    </span>
  );
}

function Others({ row }: { row: OwnOption }) {
  const t = useWords("node");
  if (row.others.length === 0) return <span className="text-muted">{t("options.alike")}</span>;
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-1 whitespace-normal">
      {isOwn(row.key) ? <Shape tone="unknown" /> : <Shape tone="warn" />}
      {row.others.map(({ value, nodes }) => (
        <span key={JSON.stringify(value)} className="flex items-baseline gap-1.5">
          <OptionValueText option={row} value={value} />
          <span className="max-w-56 truncate text-12 text-muted" title={nodes.join(", ")}>
            {nodes.length === 1 ? nodes[0] : t("options.nodes", { count: nodes.length })}
          </span>
        </span>
      ))}
    </span>
  );
}
