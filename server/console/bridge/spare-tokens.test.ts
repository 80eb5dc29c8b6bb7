import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { grantRequest } from "./grant.ts";
import { MemoryTokens } from "./memory-tokens.ts";
import { SpareTokens } from "./spare-tokens.ts";
import type { StoredToken, TokenStore } from "./tokens.ts";

const grant = grantRequest.parse({ topics: ["*"] });
const token = (id: string, kind: "session" | "token" = "session"): StoredToken => ({
  ...{ id, by: { kind, id: `of ${id}`, user: "ann" }, grant },
  expiresAtMs: 1_000,
});

/** What keeps tokens elsewhere, and can be away. */
function elsewhere() {
  const kept = new MemoryTokens();
  const state = { isAway: false };
  const unlessAway = <T>(does: () => Promise<T>) =>
    state.isAway ? Promise.reject(new Error("away")) : does();
  const store: TokenStore = {
    save: (hash, one) => unlessAway(() => kept.save(hash, one)),
    redeem: (hash, nowMs) => unlessAway(() => kept.redeem(hash, nowMs)),
    find: (id) => unlessAway(() => kept.find(id)),
    revoke: (id, nowMs) => unlessAway(() => kept.revoke(id, nowMs)),
    ended: (ids) => unlessAway(() => kept.ended(ids)),
  };
  return { state, store };
}

test("[BT6] what is asked for while Postgres is away is good once, at this console, also when it is back", async () => {
  const { state, store } = elsewhere();
  const here = new SpareTokens(store, () => Promise.resolve(false));
  const there = new SpareTokens(store, () => Promise.resolve(false));
  const hash = randomBytes(32);
  state.isAway = true;
  await here.save(hash, token("a"));
  await expect(there.redeem(hash, 0)).rejects.toThrow("away");
  state.isAway = false;

  expect(await there.redeem(hash, 0)).toBeNull();
  expect(await here.redeem(hash, 0)).toMatchObject({ id: "a" });
  expect(await here.redeem(hash, 0)).toBeNull();
});

test("[BT6] it ends when it is revoked, and with its session", async () => {
  const { state, store } = elsewhere();
  const over = new Set<string>();
  const tokens = new SpareTokens(store, (id) => Promise.resolve(over.has(id)));
  state.isAway = true;
  for (const id of ["a", "b", "c"]) await tokens.save(randomBytes(32), token(id));
  await expect(tokens.ended(["a", "b", "c"])).rejects.toThrow("away");

  expect(await tokens.revoke("a", 0)).toBe(true);
  over.add("of b");

  expect(await tokens.ended(["a", "b", "c"])).toEqual(["a", "b"]);
  state.isAway = false;
  expect(await tokens.ended(["a", "b", "c"])).toEqual(["a", "b"]);
});

test("[BT6] an API token gets none while Postgres is away", async () => {
  const { state, store } = elsewhere();
  const tokens = new SpareTokens(store, () => Promise.resolve(false));
  state.isAway = true;

  await expect(tokens.save(randomBytes(32), token("a", "token"))).rejects.toThrow("away");
});
