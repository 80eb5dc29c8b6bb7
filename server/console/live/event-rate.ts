import type { Clock } from "../clock.ts";
import { refusal } from "./ack.ts";
import type { ConsoleSocket } from "./console-socket.ts";

/** Events a socket may send at once, and then a second. Beyond `floodMax` it is hung up on. */
const eventsBurst = 40;
const eventsPerSecond = 20;
const floodMax = 200;

/** A bucket of events: what is beyond it is dropped with an answer, a flood ends the socket. */
export function limitEvents(socket: ConsoleSocket, clock: Clock): void {
  let credit = eventsBurst;
  let atMs = clock.nowMs();
  socket.use((packet, next) => {
    const nowMs = clock.nowMs();
    credit = Math.min(eventsBurst, credit + ((nowMs - atMs) * eventsPerSecond) / 1_000) - 1;
    atMs = nowMs;
    if (credit >= 0) return next();
    if (credit < -floodMax) return void socket.disconnect(true);
    const ack = packet.at(-1) as unknown;
    if (typeof ack === "function") ack(refusal("too-many", "Too many events: slow down."));
  });
}
