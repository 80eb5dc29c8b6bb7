/**
 * Signing in by password. Hashes are argon2id in its own notation; guesses are slowed by name and address, and by
 * address over all names, in Postgres, so that it holds over all consoles.
 */
import { type Argon2Parameters, argon2, createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Failure } from "../api/failure.ts";
import { Gate } from "../bounded.ts";
import type { Identity } from "./identity.ts";
import type { PeopleStore } from "./people.ts";

const derive: (algorithm: "argon2id", parameters: Argon2Parameters) => Promise<Buffer> = promisify(argon2);

// OWASP's second choice: 19 MiB, two passes; some 60 ms here.
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
/** Hashing takes memory and a core: so many at a time, and so many may wait. */
const hashedAtOnceMax = 2;
const waitingMax = 32;
/** Guesses before it slows down: of one name, and of all names from one address. */
const freeByName = 5;
const freeByAddress = 30;
const everyName = "";

const gate = new Gate(hashedAtOnceMax);

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await inTurn(() => derive("argon2id", { ...cost, message: password, nonce }));
  const part = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${part(nonce)}$${part(tag)}`;
}

async function verify(password: string, hash: string): Promise<boolean> {
  const parts =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]{1,88})\$([\w+/]{1,88})$/.exec(hash);
  if (!parts) return false;
  const [memory, passes, parallelism] = parts.slice(1, 4).map(Number) as [number, number, number];
  const [nonce, tag] = parts.slice(4).map((part) => Buffer.from(part, "base64")) as [Buffer, Buffer];
  const parameters = { message: password, nonce, memory, passes, parallelism, tagLength: tag.length };
  return timingSafeEqual(await derive("argon2id", parameters), tag);
}

/** Nobody's: who is not there takes as long as who is. */
const nobodys = hashPassword(randomBytes(16).toString("hex"));

export type PasswordAnswer =
  | { readonly ok: true; readonly identity: Identity }
  | {
      readonly ok: false;
      readonly code: "wrong" | "locked";
      readonly untilMs: number | null;
      readonly justLocked: boolean;
    };

/** Whether the password is this person's. Throws `Failure` when too many ask, rejects when Postgres does not answer. */
export function checkPassword(
  store: PeopleStore,
  { name, password, address }: { readonly name: string; readonly password: string; readonly address: string },
): Promise<PasswordAnswer> {
  // What was typed into the wrong field may be a password: only its hash is kept.
  const key = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return inTurn(async () => {
    const untilMs = await store.lockedUntilMs([key, everyName], address);
    if (untilMs !== null) return { ok: false, code: "locked", untilMs, justLocked: false };
    const found = await store.secrets(name);
    const right = await verify(password, found?.password ?? (await nobodys));
    if (found?.password && right) {
      await store.succeeded(key, address);
      return { ok: true, identity: found };
    }
    const failures = await store.failed(key, address, freeByName);
    await store.failed(everyName, address, freeByAddress);
    return { ok: false, code: "wrong", untilMs: null, justLocked: failures === freeByName };
  });
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (gate.waiting >= waitingMax)
    throw new Failure("too-many", "Too many people sign in at this moment: try again.");
  return gate.run(work);
}
