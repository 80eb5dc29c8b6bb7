/** Few of the rows, in their order, in which still every two choices stand together that do so in any of them. */
export function pairwise<Row extends object>(rows: readonly Row[]): readonly Row[] {
  const open = new Set(rows.flatMap(pairsOf));
  const chosen = new Set<Row>();
  while (open.size > 0) {
    const gain = (row: Row) => pairsOf(row).filter((pair) => open.has(pair)).length;
    const best = rows.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    chosen.add(best);
    for (const pair of pairsOf(best)) open.delete(pair);
  }
  return rows.filter((row) => chosen.has(row));
}

function pairsOf(row: object): string[] {
  const choices = Object.entries(row).map((choice) => choice.join("="));
  return choices.flatMap((one, at) => choices.slice(at + 1).map((other) => `${one} ${other}`));
}
