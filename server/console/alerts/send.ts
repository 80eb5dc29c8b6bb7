/** One POST to a webhook: signed, to an address that was looked at, no further than that, and not for long (AL5, AL6). */
import { createHmac } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { WebhookTried } from "../contract/index.ts";
import { checkedLookup } from "../peer-address.ts";
import { reasonOf } from "../peer-answer.ts";
import type { Networks } from "../peers.ts";
import { refusalOf } from "./addresses.ts";

const deadlineMs = 5_000;
const answerBytesMax = 64 * 1024;

export interface Sending {
  readonly url: string;
  readonly secret: string;
  /** Of the delivery. */
  readonly id: string;
  readonly body: string;
  /** Wall clock: what was signed long ago is not believed. */
  readonly atMs: number;
  readonly allowed: Networks | null;
}

/** `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>", hexadecimal>` */
export function signatureOf(secret: string, atMs: number, body: string): string {
  const seconds = Math.floor(atMs / 1_000);
  const mac = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${mac}`;
}

/** Why a URL is none of a webhook; null: it is one. */
export function urlRefusal(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    return "a webhook's address begins with https:// or http://";
  if (url.username !== "" || url.password !== "") return "a webhook's address holds no password";
  return null;
}

/** Never throws. Any answer from 200 to 299 means that it was taken; a redirect is not followed. */
export async function sendWebhook(sending: Sending): Promise<WebhookTried> {
  const startedMs = performance.now();
  const took = () => Math.round(performance.now() - startedMs);
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const status = await post(sending, signal);
    const ok = status >= 200 && status < 300;
    const why =
      status >= 300 && status < 400 ? "it redirects, which is not followed" : `it answered ${status}`;
    return { ok, status, error: ok ? null : why, tookMs: took() };
  } catch (error) {
    const why = signal.aborted ? "it did not answer in time" : reasonOf(error).slice(0, 200);
    return { ok: false, status: 0, error: why, tookMs: took() };
  }
}

function post({ url: text, secret, id, body, atMs, allowed }: Sending, signal: AbortSignal): Promise<number> {
  const refusal = urlRefusal(text);
  if (refusal !== null) return Promise.reject(new Error(refusal));
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const refuse = (address: string) => refusalOf(address, allowed);
  const refused = isIP(host) === 0 ? null : refuse(host);
  if (refused !== null) return Promise.reject(new Error(refused));
  const secure = url.protocol === "https:";
  const options = {
    method: "POST",
    host,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    headers: {
      host: url.host,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "weir-alerts",
      "weir-delivery": id,
      "weir-signature": signatureOf(secret, atMs, body),
    },
    agent: false,
    lookup: checkedLookup(refuse),
    signal,
  } as const;
  return new Promise((resolve, reject) => {
    const outgoing = secure
      ? requestHttps({ ...options, ...(isIP(host) === 0 && { servername: host }) })
      : requestHttp(options);
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerBytesMax) outgoing.destroy(new Error("its answer is too long"));
      });
      response.on("error", reject);
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    outgoing.end(body);
  });
}
