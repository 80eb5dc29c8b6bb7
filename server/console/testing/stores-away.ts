/** A Postgres that does not answer, but for what is recorded. */
import type { ActionRecord } from "../api/ports.ts";
import type { ConsoleServerOptions } from "../options.ts";

const away = async () => {
  throw new Error("away");
};

export function storesAway(recorded: ActionRecord[]): NonNullable<ConsoleServerOptions["stores"]> {
  return {
    actions: {
      // That the test itself signs in is not what it is about.
      append: async (record) => void (record.action === "sign-in" || recorded.push(record)),
      list: away,
      since: away,
      last: away,
      verify: away,
    },
    traces: { trace: away, sinceMs: away, search: away, estimate: away },
    sessions: {
      ...{ saveLink: away, redeemLink: away, redeemUserLink: away, save: away, find: away, findMany: away },
      ...{ refresh: away, touch: away, remove: away },
    },
  };
}
