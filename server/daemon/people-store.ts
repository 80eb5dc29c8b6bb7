/** People, sessions and tokens as the console has them, from the tables. */
import * as rows from "../../db/queries/api-tokens.ts";
import * as people from "../../db/queries/people.ts";
import {
  deleteSession,
  findSession,
  findSessions,
  insertSession,
  insertSigninToken,
  listSessions,
  refreshSession,
  revokeOtherSessions,
  revokeSession,
  type SessionRow,
  touchSession,
  useSigninToken,
} from "../../db/queries/sessions.ts";
import type { Sql } from "../../db/statement.ts";
import { firstPerson, type Identity } from "../console/auth/identity.ts";
import type { PeopleStore } from "../console/auth/people.ts";
import type { SessionStore, StoredSession } from "../console/auth/session-store.ts";
import type { NewToken } from "../console/auth/tokens.ts";
import { type Grant, type Right, type Role, tokensPerUserMax, usersMax } from "../console/contract/index.ts";

/** What is listed of sessions and tokens at a time. */
const listedMax = 500;

const msOf = (date: Date | null): number | null => date?.getTime() ?? null;
const dateOf = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

function grantOf({ role, topics, channels, readsBodies }: people.Grants): Grant {
  return { role: role as Role, topics, channels, readsBodies };
}

function identityOf(row: people.Grants & { readonly user: string }): Identity {
  return { user: row.user, ...grantOf(row) };
}

function sessionOf(row: SessionRow): StoredSession {
  return {
    ...identityOf(row),
    createdAtMs: row.createdAt.getTime(),
    expiresAtMs: row.expiresAt.getTime(),
    seenAtMs: row.lastSeenAt.getTime(),
    freshAtMs: row.freshAt.getTime(),
    method: row.method === "password" ? "password" : "link",
  };
}

/** `up` throws while Postgres is away. */
export function sessionStore(up: () => Sql): SessionStore {
  return {
    saveLink: async (hash, expiresAtMs) => insertSigninToken(up(), hash, new Date(expiresAtMs)),
    redeemLink: async (hash) => useSigninToken(up(), hash, new Date()),
    redeemUserLink: async (hash) => {
      const row = await people.useUserLink(up(), hash, new Date());
      return row && identityOf(row);
    },
    save: async (hash, session, whence) => {
      const { createdAtMs, expiresAtMs, seenAtMs, freshAtMs, ...rest } = session;
      const [createdAt, expiresAt] = [new Date(createdAtMs), new Date(expiresAtMs)];
      const [lastSeenAt, freshAt] = [new Date(seenAtMs), new Date(freshAtMs)];
      const row = { ...rest, createdAt, expiresAt, lastSeenAt, freshAt, ...whence };
      await insertSession(up(), hash, row, session.user === firstPerson.user);
    },
    find: async (hash) => {
      const row = await findSession(up(), hash);
      return row && sessionOf(row);
    },
    findMany: async (ids) => new Map((await findSessions(up(), ids)).map((row) => [row.id, sessionOf(row)])),
    refresh: async (hash, freshAtMs) => refreshSession(up(), hash, new Date(freshAtMs)),
    touch: async (hash, seenAtMs) => touchSession(up(), hash, new Date(seenAtMs)),
    remove: async (hash) => deleteSession(up(), hash),
  };
}

export function peopleStore(up: () => Sql): PeopleStore {
  return {
    users: async () =>
      (await people.selectPeople(up(), usersMax)).map((row) => ({
        ...{ name: row.name, ...grantOf(row), hasPassword: row.hasPassword },
        ...{ sessions: row.sessions, tokens: row.tokens, createdAtMs: row.createdAt.getTime() },
        ...{ disabledAtMs: msOf(row.disabledAt), lastSeenAtMs: msOf(row.lastSeenAt) },
      })),
    create: async (name, grant) => people.insertPerson(up(), name, grant),
    change: async (
      name,
      { role = null, topics = null, channels = null, readsBodies = null, disabled = null },
    ) => {
      const before = await people.updatePerson(up(), name, { role, topics, channels, readsBodies, disabled });
      return before && { ...grantOf(before), disabled: before.disabled };
    },
    remove: async (name) => people.deletePerson(up(), name),
    saveLink: async (name, hash, expiresAtMs) =>
      people.insertUserLink(up(), name, hash, new Date(expiresAtMs)),
    secrets: async (name) => {
      const row = await people.selectSecrets(up(), name);
      if (!row) return null;
      const { password, passwordChangedAt } = row;
      return { user: name, ...grantOf(row), password, passwordChangedAtMs: msOf(passwordChangedAt) };
    },
    setPassword: async (name, password) => people.updatePassword(up(), name, password),
    lockedUntilMs: async (names, address) => msOf(await people.selectLockedUntil(up(), names, address)),
    failed: async (name, address, free) => people.insertFailure(up(), name, address, free),
    succeeded: async (name, address) => people.deleteFailures(up(), name, address),

    sessions: async (user) =>
      (await listSessions(up(), user, listedMax)).map(({ createdAt, expiresAt, lastSeenAt, ...row }) => ({
        ...row,
        ...{
          createdAtMs: createdAt.getTime(),
          expiresAtMs: expiresAt.getTime(),
          lastSeenAtMs: lastSeenAt.getTime(),
        },
        method: row.method === "password" ? "password" : "link",
      })),
    revokeSession: async (id, user) => revokeSession(up(), id, user),
    revokeOthers: async (user, keep) => revokeOtherSessions(up(), user, keep),

    tokens: async (user) =>
      (await rows.selectTokens(up(), user, listedMax)).map(
        ({ createdAt, expiresAt, lastUsedAt, ...row }) => ({
          ...row,
          rights: row.rights as readonly Right[],
          ...{
            createdAtMs: createdAt.getTime(),
            expiresAtMs: msOf(expiresAt),
            lastUsedAtMs: msOf(lastUsedAt),
          },
        }),
      ),
    createToken: async ({ expiresAtMs, ...token }: NewToken) =>
      rows.insertToken(up(), { ...token, expiresAt: dateOf(expiresAtMs) }, tokensPerUserMax),
    revokeToken: async (id, user) => rows.revokeToken(up(), id, user),
    findToken: async (hash) => {
      const row = await rows.findToken(up(), hash);
      if (!row) return null;
      const { id, name, user, scope, owner, expiresAt } = row;
      const rights = scope.rights as readonly Right[];
      return {
        id,
        name,
        scope: { ...scope, rights },
        owner: { user, ...grantOf(owner) },
        expiresAtMs: msOf(expiresAt),
      };
    },
    touchToken: async (id, atMs, address) => rows.touchToken(up(), id, new Date(atMs), address),
  };
}
