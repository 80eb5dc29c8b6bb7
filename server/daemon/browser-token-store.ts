/** Tokens of pages that consume or publish, in Postgres. */
import * as rows from "../../db/queries/browser-tokens.ts";
import type { Sql } from "../../db/statement.ts";
import type { TokenStore } from "../console/bridge/tokens.ts";

/** `up` throws while Postgres is away. */
export function browserTokenStore(up: () => Sql): TokenStore {
  return {
    save: async (hash, { id, by, grant, expiresAtMs }) =>
      rows.insertBrowserToken(up(), hash, {
        ...{ id, minterKind: by.kind, minter: by.id, user: by.user, allows: grant },
        expiresAt: new Date(expiresAtMs),
      }),
    redeem: async (hash) => {
      const row = await rows.redeemBrowserToken(up(), hash);
      if (!row) return null;
      return {
        id: row.id,
        by: { kind: row.minterKind === "token" ? "token" : "session", id: row.minter, user: row.user },
        grant: row.allows as never,
        expiresAtMs: row.expiresAt.getTime(),
      };
    },
    revoke: async (id) => rows.revokeBrowserToken(up(), id),
    ended: async (ids) => rows.selectEndedBrowserTokens(up(), ids),
  };
}
