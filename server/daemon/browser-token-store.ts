/** Tokens of pages that consume or publish, in Postgres. */
import * as rows from "../../db/queries/browser-tokens.ts";
import type { Sql } from "../../db/statement.ts";
import type { StoredToken, TokenStore } from "../console/bridge/tokens.ts";

function tokenOf({ id, minterKind, minter, user, allows, expiresAt }: rows.BrowserTokenRow): StoredToken {
  return {
    id,
    by: { kind: minterKind === "token" ? "token" : "session", id: minter, user },
    grant: allows as never,
    expiresAtMs: expiresAt.getTime(),
  };
}

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
      return row && tokenOf(row);
    },
    find: async (id) => {
      const row = await rows.selectBrowserToken(up(), id);
      return row && tokenOf(row);
    },
    revoke: async (id) => rows.revokeBrowserToken(up(), id),
    ended: async (ids) => rows.selectEndedBrowserTokens(up(), ids),
  };
}
