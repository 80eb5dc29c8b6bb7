/** What changed between two views of a room: whole fields, rows of tables by key. `series` is not compared. */
import type { RowPatch, TableChange } from "../contract/index.ts";

interface Keyed {
  readonly key: string;
}

export interface Difference {
  readonly set: Record<string, unknown>;
  readonly tables: Record<string, TableChange>;
}

/** `before` and `after` are views of one room; what did not change may be the same object, which is quicker. */
export function diffViews(before: object, after: object): Difference {
  const set: Record<string, unknown> = {};
  const tables: Record<string, TableChange> = {};
  const old = before as Record<string, unknown>;
  for (const [field, value] of Object.entries(after)) {
    if (field === "series" || old[field] === value) continue;
    if (isTable(value) && isTable(old[field])) {
      const change = diffTables(old[field], value);
      if (change) tables[field] = change;
    } else if (!same(old[field], value)) set[field] = value;
  }
  return { set, tables };
}

/** null: they hold the same rows. */
function diffTables(before: readonly Keyed[], after: readonly Keyed[]): TableChange | null {
  const old = new Map(before.map((row) => [row.key, row]));
  const changed: Keyed[] = [];
  const patched: RowPatch[] = [];
  for (const row of after) {
    const was = old.get(row.key);
    old.delete(row.key);
    if (was === row) continue;
    const patch = was === undefined ? "whole" : patchOf(was, row);
    if (patch === "whole") changed.push(row);
    else if (patch !== null) patched.push({ key: row.key, ...patch });
  }
  if (changed.length === 0 && patched.length === 0 && old.size === 0) return null;
  return { changed, removed: [...old.keys()], ...(patched.length === 0 ? {} : { patched }) };
}

/** The fields that differ; null: none does. `whole`: they have different fields. */
function patchOf(before: object, after: object): Record<string, unknown> | "whole" | null {
  const old = before as Record<string, unknown>;
  const fields = Object.keys(after);
  if (fields.length !== Object.keys(old).length) return "whole";
  const patch: Record<string, unknown> = {};
  let empty = true;
  for (const field of fields) {
    if (!Object.hasOwn(old, field)) return "whole";
    const was = old[field];
    const is = (after as Record<string, unknown>)[field];
    if (Object.is(was, is)) continue;
    const part = isPlain(was) && isPlain(is) ? patchOf(was, is) : same(was, is) ? null : { is };
    if (part === "whole") return "whole";
    if (part === null) continue;
    patch[field] = isPlain(was) && isPlain(is) ? part : is;
    empty = false;
  }
  return empty ? null : patch;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTable(value: unknown): value is readonly Keyed[] {
  return (
    Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null && "key" in row)
  );
}

/** Equal as JSON. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) =>
    same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  );
}
