/**
 * A well-behaved producer as a process of its own, so that what the tests do
 * meanwhile does not show in its figures: publishes about once a millisecond
 * and waits for each OK. Asked "lap" it answers with a Lap since the one before.
 */
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { pub } from "./commands.ts";

export interface Lap {
  readonly published: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) produce(Number(process.argv[2]));

function produce(port: number): void {
  // Ephemeral: what nobody reads is dropped, not stored.
  const command = pub("steady#ephemeral", "x".repeat(200));
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let latenciesMs: number[] = [];
  let sentMs = 0;
  const publish = () => {
    sentMs = performance.now();
    socket.write(command);
  };
  socket.on("connect", () => {
    socket.write("  V2");
    publish();
  });
  socket.on("data", (bytes) => {
    if (bytes.includes("_heartbeat_")) socket.write("NOP\n");
    if (!bytes.includes("OK")) return;
    latenciesMs.push(performance.now() - sentMs);
    setTimeout(publish, 1);
  });
  socket.on("close", () => process.exit(1));
  socket.on("error", () => process.exit(1));
  process.on("disconnect", () => process.exit(0));
  process.on("message", () => {
    // A publish that is still waiting counts with the time it has waited.
    const sorted = [...latenciesMs, performance.now() - sentMs].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!;
    const lap: Lap = { published: latenciesMs.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
    latenciesMs = [];
    process.send!(lap);
  });
}
