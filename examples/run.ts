/** One example, with a Weir of its own: `npm run example -- order-board [--port N]`. */
import { parseArgs } from "node:util";
import { publish, serve } from "./backend.ts";
import { examples } from "./examples.ts";
import { startWeir } from "./weir.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string", default: "0" }, help: { type: "boolean", default: false } },
});
const example = examples.find(({ name }) => name === positionals[0]);
if (!example || values.help) {
  const list = examples.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join("\n");
  console.log(`npm run example -- NAME [--port N, of the page]\n\n${list}`);
  process.exit(values.help ? 0 : 2);
}

console.log("Starting Weir …");
const stop = new AbortController();
await using weir = await startWeir();
const served = await serve(example, weir, Number(values.port));
const working = example.work((body) => publish(weir, example.topic, JSON.stringify(body)), stop.signal);
console.log(`\n  ${example.title}\n\n  Page     ${served.url}\n  Console  ${weir.url}\n\nCtrl-C stops it.`);
await new Promise((stopped) => process.once("SIGINT", stopped).once("SIGTERM", stopped));
stop.abort();
await working;
served.close();
