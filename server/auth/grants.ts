/** What an authorisation server allows one client, as its reply says it (nsqd's `auth` package). */
import { z } from "zod";
import { compilePattern, type Pattern } from "./patterns.ts";

const authorizationsMax = 1_024;
const patternsMax = 4_096;
/** Of all patterns of a reply together: what compiling them may cost. */
const stepsMax = 65_536;
/** Names whose verdict a connection remembers. */
const verdictsMax = 1_000;
/** What is shown of a client is kept as long as it is connected. */
const shownLengthMax = 1_024;
const msPerSecond = 1_000;

export type Permission = "subscribe" | "publish";

/** As Go reads JSON: what is absent or null is empty. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((values) => values ?? []);

const replySchema = z.object({
  ttl: z.int().positive(),
  identity: text,
  identity_url: text,
  authorizations: list(
    z.object({
      topic: text,
      channels: list(z.string()),
      permissions: list(z.enum(["subscribe", "publish"])),
    }),
  ),
});

interface Authorization {
  readonly topic: Pattern;
  readonly channels: readonly Pattern[];
  readonly permissions: readonly Permission[];
}

export class Grants {
  readonly identity: string;
  readonly identityUrl: string;
  readonly ttlMs: number;
  readonly #authorizations: readonly Authorization[];
  /** Whole names have to match, not parts of them. */
  readonly #isStrict: boolean;
  readonly #patterns: number;
  readonly #verdicts = new Map<string, boolean>();

  private constructor(
    said: { readonly identity: string; readonly identity_url: string; readonly ttl: number },
    authorizations: readonly Authorization[],
    isStrict: boolean,
  ) {
    this.identity = said.identity.slice(0, shownLengthMax);
    this.identityUrl = said.identity_url.slice(0, shownLengthMax);
    this.ttlMs = said.ttl * msPerSecond;
    this.#authorizations = authorizations;
    this.#patterns = authorizations.reduce((sum, { channels }) => sum + 1 + channels.length, 0);
    this.#isStrict = isStrict;
  }

  /** What a reply's body grants, or why it grants nothing at all. */
  static read(body: string, { isStrict }: { readonly isStrict: boolean }): Grants | string {
    let reply: z.infer<typeof replySchema>;
    try {
      const read = replySchema.safeParse(JSON.parse(body));
      if (!read.success) return z.prettifyError(read.error).replaceAll("\n", " ");
      reply = read.data;
    } catch {
      return "no JSON";
    }
    const authorizations = compileAll(reply.authorizations);
    return typeof authorizations === "string" ? authorizations : new Grants(reply, authorizations, isStrict);
  }

  get count(): number {
    return this.#authorizations.length;
  }

  /**
   * @param channel "" for a publish, which some channel's pattern has to match, as in nsqd
   * @param judging told how many patterns there are, when what is asked was not asked before
   */
  allows(
    permission: Permission,
    topic: string,
    channel: string,
    judging: (patterns: number) => void = () => {},
  ): boolean {
    const asked = `${permission} ${topic} ${channel}`;
    let verdict = this.#verdicts.get(asked);
    if (verdict === undefined) {
      judging(this.#patterns);
      verdict = this.#judge(permission, topic, channel);
      if (this.#verdicts.size >= verdictsMax) this.#verdicts.clear();
      this.#verdicts.set(asked, verdict);
    }
    return verdict;
  }

  #judge(permission: Permission, topic: string, channel: string): boolean {
    const fits = (pattern: Pattern, name: string) =>
      this.#isStrict ? pattern.matches(name) : pattern.finds(name);
    return this.#authorizations.some(
      (granted) =>
        granted.permissions.includes(permission) &&
        fits(granted.topic, topic) &&
        granted.channels.some((pattern) => fits(pattern, channel)),
    );
  }
}

type Said = z.infer<typeof replySchema>["authorizations"];

function compileAll(said: Said): Authorization[] | string {
  const patterns = said.reduce((sum, { channels }) => sum + 1 + channels.length, 0);
  if (said.length > authorizationsMax || patterns > patternsMax) return `${patterns} patterns`;
  let steps = 0;
  const authorizations: Authorization[] = [];
  for (const { topic, channels, permissions } of said) {
    const compiled: Pattern[] = [];
    for (const source of [topic, ...channels]) {
      const pattern = compilePattern(source);
      if (pattern === null) return `pattern ${JSON.stringify(source.slice(0, 64))}`;
      steps += pattern.steps;
      if (steps > stepsMax) return "patterns that take too much";
      compiled.push(pattern);
    }
    authorizations.push({ topic: compiled[0]!, channels: compiled.slice(1), permissions });
  }
  return authorizations;
}
