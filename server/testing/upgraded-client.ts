/** Connections with TLS and compression, as NSQ's clients make them. */
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { compressed } from "../compression/compressed-stream.ts";
import { Client } from "./client.ts";
import { identify, magic } from "./commands.ts";

export interface Wanted {
  readonly tls_v1?: boolean;
  readonly snappy?: boolean;
  readonly deflate?: boolean;
  readonly [setting: string]: unknown;
}

export interface Upgraded {
  readonly client: Client;
  /** What IDENTIFY was answered. */
  readonly reply: Readonly<Record<string, unknown>>;
  readonly tls: TLSSocket | null;
  /** What the client is written to. */
  readonly top: Duplex;
}

/** Negotiates, upgrades to what was granted, and has the client expect the last `OK`. Rejects when TLS fails. */
export async function connectUpgraded(
  port: number,
  wanted: Wanted,
  tlsOptions: ConnectionOptions = {},
): Promise<Upgraded> {
  const raw = connectSocket({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  raw.on("error", () => {});
  raw.write(magic);
  raw.write(identify({ feature_negotiation: true, ...wanted }));
  const answer = await firstFrame(raw);
  const reply = JSON.parse(answer.text) as Record<string, unknown>;
  let top: Duplex = raw;
  let rest = answer.rest;
  let tls: TLSSocket | null = null;
  if (reply["tls_v1"]) {
    tls = await secure(raw, tlsOptions);
    top = tls;
    if (!reply["snappy"] && !reply["deflate"]) rest = Buffer.alloc(0);
    else ({ rest } = await firstFrame(top));
  }
  if (reply["snappy"] || reply["deflate"]) {
    const stream = reply["snappy"]
      ? compressed(top, { format: "snappy" })
      : compressed(top, { format: "deflate", level: 6 });
    if (rest.length > 0) stream.receive(rest);
    top = stream;
  }
  const client = new Client(top);
  top.resume();
  if (top !== raw) await client.expectOk();
  return { client, reply, tls, top };
}

export async function secure(raw: Duplex, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({
    socket: raw,
    rejectUnauthorized: false,
    // Whatever the node was set up with.
    ciphers: "DEFAULT:@SECLEVEL=0",
    minVersion: "TLSv1",
    ...options,
  });
  await once(socket, "secureConnect");
  return socket;
}

/** The first frame that comes, and what has come behind it. */
async function firstFrame(stream: Duplex): Promise<{ text: string; rest: Buffer }> {
  let come: Buffer = Buffer.alloc(0);
  const frameBytes = () => (come.length < 4 ? Number.POSITIVE_INFINITY : 4 + come.readInt32BE(0));
  while (come.length < frameBytes()) {
    const [bytes] = await Promise.race([once(stream, "data"), once(stream, "end"), once(stream, "close")]);
    if (bytes === undefined) throw new Error(`closed after ${come.length} bytes`);
    come = Buffer.concat([come, bytes as Buffer]);
  }
  stream.pause();
  return { text: come.toString("utf8", 8, frameBytes()), rest: come.subarray(frameBytes()) };
}
