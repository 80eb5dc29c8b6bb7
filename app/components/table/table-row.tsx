import { memo, type ReactNode } from "react";
import { useWords } from "../../words/index.ts";
import { cn } from "../classes.ts";
import { type Column, priorityClass } from "./column.ts";

interface Props<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly index: number;
  readonly heightPx: number;
  readonly stale: boolean;
  /** The one that Tab leads to. */
  readonly inTabOrder: boolean;
  readonly chosen: boolean;
  /** null: rows are not chosen here. */
  readonly choose: ((key: string) => void) | null;
  /** What stands behind the last column. */
  readonly menu: ((row: Row) => ReactNode) | null;
}

/** Drawn anew only when its own row is another object. */
export const TableRow = memo(function TableRow<Row extends { readonly key: string }>({
  row,
  columns,
  index,
  heightPx,
  stale,
  inTabOrder,
  chosen,
  choose,
  menu,
}: Props<Row>) {
  const growing = columns.find(({ grows }) => grows)?.id ?? columns[0]?.id;
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={choose === null ? undefined : chosen}
      data-index={index}
      data-stale={stale || undefined}
      tabIndex={inTabOrder ? 0 : -1}
      style={{ height: heightPx }}
      className={cn(
        "group scroll-mt-9 -outline-offset-2 [&:not(:last-child)>td]:border-b",
        chosen ? "bg-chosen" : "hover:bg-surface",
      )}
    >
      {columns.map((column, at) => (
        <td key={column.id} className={cellClass(column, at === 0, column.id === growing, stale, chosen)}>
          {at === 0 && choose !== null ? (
            <span className="flex items-center">
              <Choice name={row.key} chosen={chosen} onChange={() => choose(row.key)} />
              <span className="min-w-0 flex-1">{column.cell(row)}</span>
            </span>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
      {menu !== null && <td className="w-10 border-line px-1 max-md:hidden">{menu(row)}</td>}
    </tr>
  );
}) as <Row extends { readonly key: string }>(props: Props<Row>) => ReactNode;

/** Put together plainly: it is done for every cell at every tick. */
function cellClass<Row>(
  { numeric, priority }: Column<Row>,
  first: boolean,
  grows: boolean,
  stale: boolean,
  chosen: boolean,
): string {
  const ground = chosen ? "bg-chosen" : "bg-bg group-hover:bg-surface";
  const place = first ? ` sticky left-0 ${ground}` : "";
  const room = grows ? " w-full max-w-0 min-w-30 truncate md:min-w-48" : "";
  const edge = first && stale ? " border-l-4 border-l-muted pl-2" : "";
  return `border-line px-3 whitespace-nowrap${place}${room}${edge}${numeric ? " text-right" : ""} ${priorityClass(priority)}`;
}

function Choice({ name, chosen, onChange }: { name: string; chosen: boolean; onChange: () => void }) {
  const t = useWords("tables");
  return (
    <label className="-ml-2 flex size-7 shrink-0 items-center justify-center max-md:hidden">
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={t("choose", { name })}
        checked={chosen}
        onChange={onChange}
        className="size-4 accent-accent"
      />
    </label>
  );
}

/** The place of a row that is not here yet. */
export function RowPlace({ columns, index, heightPx }: { columns: number; index: number; heightPx: number }) {
  return (
    <tr aria-rowindex={index + 2} data-index={index} tabIndex={-1} style={{ height: heightPx }}>
      <td colSpan={columns} className="border-b border-line px-3">
        <span className="skeleton block h-3 w-40 rounded-control bg-line" />
      </td>
    </tr>
  );
}
