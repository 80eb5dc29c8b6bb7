import { useWords } from "../words/index.ts";

/** What somebody did, in this language; an act without words here by its own name. */
export function useActName(): (action: string) => string {
  const t = useWords("audit");
  return (action) => {
    const key = `act.${action}` as "act.pause-topic";
    return t.has(key) ? t(key) : action;
  };
}
