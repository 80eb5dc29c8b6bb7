import { useEffect, useRef, useState } from "react";

/** Sorting many rows each second would cost more than it tells: they are given to be sorted this often. */
const everyMs = 5_000;

/**
 * Rows to sort by: the live ones while they are few, else as they were at most five seconds ago. Rows that
 * come or go, and another `reason`, show at once.
 */
export function useSteadyRows<Row>(rows: readonly Row[], reason: string, fewMax: number): readonly Row[] {
  const [steady, setSteady] = useState({ rows, reason });
  const latest = useRef(rows);
  useEffect(() => {
    latest.current = rows;
  }, [rows]);

  const many = rows.length > fewMax;
  useEffect(() => {
    if (!many) return;
    const timer = setInterval(() => setSteady((before) => ({ ...before, rows: latest.current })), everyMs);
    return () => clearInterval(timer);
  }, [many]);

  if (!many) return rows;
  if (steady.reason === reason && steady.rows.length === rows.length) return steady.rows;
  setSteady({ rows, reason });
  return rows;
}
