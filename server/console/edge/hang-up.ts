/**
 * A WebSocket that is closed waits half a minute for the other side to say that it heard: of one that is gone without a
 * word nothing comes, and what was meant for it would stay until then.
 */
import type { IncomingMessage } from "node:http";
import type { Server } from "socket.io";

const goodbyeMs = 1_000;

/** What was closed is cut off a second later. */
export function cutOffClosed({ engine }: Pick<Server, "engine">): void {
  engine.on(
    "connection",
    (connection: { readonly request: IncomingMessage; once(event: "close", heard: () => void): void }) => {
      const { socket } = connection.request;
      connection.once("close", () => {
        const timer = setTimeout(() => socket.destroy(), goodbyeMs);
        socket.once("close", () => clearTimeout(timer));
      });
    },
  );
}
