/**
 * The order of rows that must not move under somebody's hand.
 *
 * Rows that are still there stay where they were, new ones come last, and `moved` says how many would
 * stand elsewhere if it were sorted now.
 */
export function holdOrder(
  shown: readonly string[],
  sorted: readonly string[],
): { readonly keys: readonly string[]; readonly moved: number } {
  const present = new Set(sorted);
  const kept = shown.filter((key) => present.has(key));
  const known = new Set(kept);
  const keys = [...kept, ...sorted.filter((key) => !known.has(key))];
  let moved = 0;
  for (let at = 0; at < keys.length; at++) if (keys[at] !== sorted[at]) moved++;
  return { keys, moved };
}
