import type { StatusView } from "../../server/console/contract/index.ts";

/** The state of things in a few words, for those who cannot see them change. */
export function summary(status: StatusView, stale: boolean): string {
  const words: string[] = [];
  if (stale) words.push("Disconnected: the numbers are old.");
  if (status.database.state === "down") words.push("Postgres is away.");
  const { length } = status.problems;
  words.push(length === 0 ? "No problems." : length === 1 ? "1 problem." : `${length} problems.`);
  return words.join(" ");
}
