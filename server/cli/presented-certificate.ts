/** The certificates that a running server shows to whoever connects. */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type DetailedPeerCertificate } from "node:tls";
import { StartError } from "./config-file.ts";

const answerMsMax = 5_000;
const replyBytesMax = 64 * 1024;
const chainMax = 16;

export interface Server {
  readonly host: string;
  readonly port: number;
  /** Asks for TLS as NSQ's clients do, by IDENTIFY; otherwise TLS comes first, as with HTTPS. */
  readonly isNsqd: boolean;
}

/**
 * The chain as PEM, the server's own certificate first, the others put in order.
 * @throws StartError when there is nobody, or nobody who speaks TLS.
 */
export async function presentedCertificates(server: Server): Promise<string> {
  const signal = AbortSignal.timeout(answerMsMax);
  const socket = connectTcp({ host: server.host, port: server.port });
  socket.once("end", () => socket.destroy(new Error("the connection was ended")));
  try {
    await once(socket, "connect", { signal });
    if (server.isNsqd) await identify(socket, signal);
    const secure = connectTls({
      socket,
      // What is wrong is what we are here to say: nothing is sent over this connection.
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      ...(/[a-z]/i.test(server.host) && { servername: server.host }),
    });
    await once(secure, "secureConnect", { signal });
    return pemOf(secure.getPeerCertificate(true));
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = signal.aborted ? `no answer within ${answerMsMax / 1_000} s` : (error as Error).message;
    throw new StartError(`${server.host}:${server.port}: ${reason}`);
  } finally {
    socket.destroy();
  }
}

async function identify(socket: Socket, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify({ feature_negotiation: true, tls_v1: true, user_agent: "weir check-cert" });
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  socket.write(Buffer.concat([Buffer.from("  V2IDENTIFY\n"), length, Buffer.from(body)]));

  let reply = Buffer.alloc(0);
  while (reply.length < 8 || reply.length < 4 + reply.readInt32BE(0)) {
    const [chunk] = (await once(socket, "data", { signal })) as [Buffer];
    reply = Buffer.concat([reply, chunk]);
    if (reply.length > replyBytesMax) throw new StartError("what answers is no nsqd");
  }
  // Nothing comes behind the reply before we have begun with TLS.
  socket.removeAllListeners("data");
  const text = reply.toString("utf8", 8);
  let granted: { tls_v1?: unknown } | null = null;
  try {
    granted = JSON.parse(text);
  } catch {
    throw new StartError(`the node refuses to negotiate: ${JSON.stringify(text.slice(0, 200))}`);
  }
  if (granted?.tls_v1 !== true) throw new StartError("the node offers no TLS: it has no --tls-cert");
}

function pemOf(first: DetailedPeerCertificate): string {
  const blocks: string[] = [];
  let certificate = first;
  // The last one is its own issuer, or has none.
  while (certificate?.raw !== undefined && blocks.length < chainMax) {
    const lines = certificate.raw
      .toString("base64")
      .match(/.{1,64}/g)!
      .join("\n");
    blocks.push(`-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`);
    if (certificate.issuerCertificate === certificate) break;
    certificate = certificate.issuerCertificate;
  }
  return blocks.join("");
}
