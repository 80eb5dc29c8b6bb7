/** Which pages the consoles have, in Postgres. */
import * as rows from "../../db/queries/browser-presence.ts";
import type { Sql } from "../../db/statement.ts";
import type { Order, PresenceStore } from "../console/bridge/presence.ts";
import type { BrowserConnection } from "../console/contract/index.ts";

/** `up` throws while Postgres is away. */
export function browserPresenceStore(up: () => Sql): PresenceStore {
  return {
    renew: async (console, connections) => rows.renewPresence(up(), { console, connections }),
    leave: async (console) => rows.deletePresence(up(), console),
    others: async (console) => {
      const found = await rows.selectPresence(up(), console);
      return found.map((row) => ({
        console: row.console,
        connections: row.connections as readonly BrowserConnection[],
      }));
    },
    order: async (console, { connection, deed, rdy }) =>
      rows.insertBrowserOrder(up(), console, { connection, deed, rdy }),
    take: async (console) => {
      const taken = await rows.takeBrowserOrders(up(), console);
      return taken.map(
        ({ connection, deed, rdy }): Order =>
          deed === "throttle" ? { connection, deed, rdy } : { connection, deed: "disconnect", rdy: null },
      );
    },
  };
}
