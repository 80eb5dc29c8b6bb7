/**
 * Who may ask at all. A web page must not reach a daemon through its visitor's browser: a foreign
 * `Origin` is refused, and a `Host` must be one that no stranger's DNS can point here (HX1, HX2).
 * Everything under `/v1` needs the secret of the cluster (HX3).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { Refusal } from "./errors.ts";
import type { Target } from "./target.ts";

interface GuardOptions {
  /** This server's own, and what else it may be called. */
  readonly names: readonly string[];
  /** null: what is guarded is closed. */
  readonly secret: string | null;
  log(level: "warn", text: string): void;
}

export class Guard {
  readonly #log: GuardOptions["log"];
  readonly #names: ReadonlySet<string>;
  readonly #secretHash: Buffer | null;

  constructor({ names, secret, log }: GuardOptions) {
    this.#log = log;
    this.#names = new Set(names.map(withoutDot));
    this.#secretHash = secret === null ? null : hashOf(secret);
  }

  check(request: IncomingMessage, target: Target): Refusal | null {
    const { host, origin } = request.headers;
    for (const authority of [host, target.host]) {
      if (authority && !this.#isOurs(authority)) {
        return new Refusal(
          "UNKNOWN_HOST",
          `this server does not know itself as ${JSON.stringify(authority)}; allow it with --http-allowed-host`,
        );
      }
    }
    if (origin !== undefined && !isSame(origin, host)) {
      return new Refusal("FOREIGN_ORIGIN", "web pages of other sites may not use this server");
    }
    return null;
  }

  checkSecret(request: IncomingMessage): Refusal | null {
    if (this.#secretHash === null)
      return new Refusal("NO_SECRET", "this node was started without --cluster-secret-file");
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
    if (given !== undefined && timingSafeEqual(hashOf(given), this.#secretHash)) return null;
    this.#log("warn", `HTTP: wrong or no secret from ${request.socket.remoteAddress ?? "a unix socket"}`);
    return new Refusal("UNAUTHORIZED", "the cluster's secret is needed", { "WWW-Authenticate": "Bearer" });
  }

  #isOurs(authority: string): boolean {
    const match = /^(\[[^\]]*\]|[^:]*)(:\d*)?$/.exec(authority);
    if (!match) return false;
    const name = withoutDot(match[1]!);
    if (isIP(name.replace(/^\[(.*)\]$/, "$1")) > 0 || this.#names.has(name)) return true;
    return /^[a-z0-9_-]+$/.test(name);
  }
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function isSame(origin: string, host: string | undefined): boolean {
  return (
    host !== undefined &&
    /^https?:\/\//.test(origin) &&
    origin.replace(/^https?:\/\//, "") === host.toLowerCase()
  );
}

/** Hashes are of one length, whatever is given. */
function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
