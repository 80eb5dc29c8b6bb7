/**
 * So many pages that consume, as a process of its own. Told "lap" it answers with what came since the lap before.
 * Arguments: the console's URL, a cookie of a session, how many pages, messages in flight of each, the topic.
 */
import { Consumer } from "../../client/browser/index.ts";
import { apiPaths, type MintedToken } from "../../server/console/contract/index.ts";

export interface PagesLap {
  readonly finished: number;
  /** From being published to being finished, as the console has answered. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

const [url, cookie, pages, maxInFlight, topic] = process.argv.slice(2);
const opensAtOnce = 50;
let latenciesMs: number[] = [];
let failed = 0;

async function token(): Promise<string> {
  const answer = await fetch(url + apiPaths.consumeTokens, {
    method: "POST",
    headers: { cookie: cookie!, origin: url!, "content-type": "application/json" },
    body: JSON.stringify({ topics: [topic], rdyMax: Number(maxInFlight) }),
  });
  return ((await answer.json()) as MintedToken).token;
}

function page(): Promise<void> {
  return new Promise((consuming) => {
    const consumer = new Consumer({
      ...{ url: url!, headers: { origin: url! }, token, topic: topic!, channel: "pages" },
      maxInFlight: Number(maxInFlight),
      onMessage: async (message) => {
        if ((await message.finish()) !== "ok") failed++;
        latenciesMs.push(
          performance.timeOrigin + performance.now() - Number(message.timestampNs / 1_000n) / 1_000,
        );
      },
    });
    consumer.on("nodes", () => consuming());
    consumer.on("error", (error) => console.error(error.code, error.message));
  });
}

for (let opened = 0; opened < Number(pages); opened += opensAtOnce)
  await Promise.all(Array.from({ length: Math.min(opensAtOnce, Number(pages) - opened) }, page));
process.send!("open");
process.on("message", () => {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  const lap: PagesLap = { finished: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), failed };
  latenciesMs = [];
  failed = 0;
  process.send!(lap);
});
process.on("disconnect", () => process.exit(0));
