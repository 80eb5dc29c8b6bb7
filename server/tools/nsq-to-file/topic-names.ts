/** The topics that lookups know. */
import { z } from "zod";
import { isValidName } from "../../protocol/names.ts";
import type { HttpCaller } from "../http-caller.ts";

const answerBytesMax = 16 * 1024 * 1024;
const topicsSchema = z.object({ topics: z.array(z.string()) });

export interface TopicNames {
  readonly topics: ReadonlySet<string>;
  /** A sentence for each lookup that could not be asked, or answered nonsense. */
  readonly faults: readonly string[];
}

/** All names that any of the lookups (`host:port` or URLs) has; what is no topic's name is left out. */
export async function topicNames(http: HttpCaller, lookups: readonly string[]): Promise<TopicNames> {
  const faults: string[] = [];
  const answers = await Promise.all(
    lookups.map(async (lookup) => {
      const url = `${lookup.includes("://") ? lookup.replace(/\/+$/, "") : `http://${lookup}`}/topics`;
      try {
        const { status, body } = await http.call(url, { method: "GET" }, answerBytesMax);
        if (status !== 200) throw new Error(`got response ${status}`);
        return topicsSchema.parse(JSON.parse(body.toString("utf8"))).topics;
      } catch (error) {
        faults.push(
          `${url}: ${error instanceof z.ZodError ? "not what nsqlookupd answers" : (error as Error).message}`,
        );
        return [];
      }
    }),
  );
  return { topics: new Set(answers.flat().filter(isValidName)), faults };
}
