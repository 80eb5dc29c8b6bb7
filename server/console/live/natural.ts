/** Names in the order in which people expect them: `t2` before `t10`, capitals among the small. */

const keysMax = 50_000;
const digitsMax = 20;
let keys = new Map<string, string>();

/** What a name is compared by. Kept, because ten thousand of them are sorted again and again. */
export function naturalKey(name: string): string {
  const kept = keys.get(name);
  if (kept !== undefined) return kept;
  if (keys.size >= keysMax) keys = new Map();
  const key = name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(digitsMax, "0"));
  keys.set(name, key);
  return key;
}
