/**
 * TLS on connections that are there already (`tls_v1`). A handshake has a deadline; each begins in a turn
 * of its own, since its arithmetic takes a millisecond and more; and of those that are under way the
 * oldest is given up when there are too many, so that clients that begin and never go on keep nobody out.
 */
import { type SecureContext, TLSSocket } from "node:tls";
import type { TlsStats } from "../protocol/connection.ts";
import type { Wire } from "./wire.ts";

/** As nsqd has it. */
const handshakeMsMax = 5_000;
/** Some 50 KB each. */
const handshakesMax = 512;
/** What every TLS client begins with: a record of a handshake. */
const handshakeRecord = 0x16;

export interface TlsTerms {
  readonly context: SecureContext;
  /** What a client must show: nothing; any certificate; one that a known authority has signed. */
  readonly clientCertificate: "none" | "any" | "verified";
}

/** Of an encrypted socket, what Node has no public name for: why the peer's certificate is not to be trusted. */
type Verified = TLSSocket & { readonly _handle?: { verifyError?(): Error | null } | null };

export class Handshakes {
  readonly #terms: TlsTerms;
  /** By when they began: the first is the oldest. */
  readonly #underWay = new Set<(failed: string) => void>();
  readonly #waiting = new Set<() => void>();

  constructor(terms: TlsTerms) {
    this.#terms = terms;
  }

  /**
   * Resolves to the encrypted socket over `wire`'s plain one; or to why there is none.
   * @param rest what the client has sent already
   */
  shake(wire: Wire, rest: Buffer | null): Promise<TLSSocket | string> {
    return new Promise((resolve) => {
      let begin = () => {};
      const settle = (result: TLSSocket | string) => {
        clearTimeout(late);
        this.#underWay.delete(settle);
        this.#waiting.delete(begin);
        wire.raw.off("close", gone);
        resolve(result);
      };
      const gone = () => settle("the connection ended");
      const late = setTimeout(() => settle("TLS handshake timed out"), handshakeMsMax);
      wire.raw.once("close", gone);
      const hello = (bytes: Buffer) => {
        // Said in the clear, as nsqd says it: TLS would answer in words that this client does not know.
        if (bytes[0] !== handshakeRecord) return settle("first record does not look like a TLS handshake");
        this.#giveUpOldest();
        this.#underWay.add(settle);
        begin = () => this.#begin(wire, bytes, settle);
        this.#wait(begin);
      };
      if (rest !== null && rest.length > 0) hello(rest);
      else wire.nextBytes(hello);
    });
  }

  #giveUpOldest(): void {
    if (this.#underWay.size < handshakesMax) return;
    for (const settle of this.#underWay) return settle("too many TLS handshakes at once");
  }

  #wait(begin: () => void): void {
    this.#waiting.add(begin);
    if (this.#waiting.size === 1) setImmediate(this.#next);
  }

  readonly #next = (): void => {
    for (const begin of this.#waiting) {
      this.#waiting.delete(begin);
      begin();
      break;
    }
    if (this.#waiting.size > 0) setImmediate(this.#next);
  };

  #begin({ raw }: Wire, hello: Buffer, settle: (result: TLSSocket | string) => void): void {
    const { context, clientCertificate } = this.#terms;
    if (raw.destroyed) return;
    raw.pause();
    raw.unshift(hello);
    const secure = new TLSSocket(raw, {
      isServer: true,
      secureContext: context,
      requestCert: clientCertificate !== "none",
      // Without a certificate the handshake itself fails.
      rejectUnauthorized: clientCertificate !== "none",
    });
    secure.on("error", (error) => settle(error.message));
    secure.once("secure", () => {
      if (clientCertificate === "verified" && !isVerified(secure)) {
        secure.destroy();
        settle("the client's certificate cannot be verified");
        return;
      }
      // One connection must not have the node do the arithmetic again and again.
      secure.disableRenegotiation();
      settle(secure);
    });
  }
}

/** No answer is no trust. */
function isVerified(socket: Verified): boolean {
  return socket._handle?.verifyError?.() === null;
}

/** As Go numbers what nsqd has no name for. */
const suiteNumbers: Readonly<Record<string, number>> = {
  TLS_AES_128_GCM_SHA256: 0x1301,
  TLS_AES_256_GCM_SHA384: 0x1302,
  TLS_CHACHA20_POLY1305_SHA256: 0x1303,
};

/** As `/stats` names it. */
export function tlsStats(socket: TLSSocket): TlsStats {
  const { standardName } = socket.getCipher();
  const number = suiteNumbers[standardName];
  return {
    version: (socket.getProtocol() ?? "").replace(/^TLSv(\d)(?:\.(\d))?$/, (_, major, minor = "0") => {
      return `TLS${major}.${minor}`;
    }),
    cipherSuite: number === undefined ? standardName : `Unknown ${number}`,
    protocol: "",
  };
}

/** Of the client's certificate; "" for none. Of several names the last, as in Go. */
export function commonNameOf(socket: TLSSocket): string {
  const name: string | string[] | undefined = socket.getPeerCertificate().subject?.CN;
  return (Array.isArray(name) ? name.at(-1) : name) ?? "";
}
