/**
 * As much of Postgres's wire protocol as a base backup needs: one connection for replication over the unix socket
 * of a server of ours, which asks for no password, and one command on it.
 */
import { connect, type Socket } from "node:net";
import { user } from "./create-database.ts";

/** One message of the server: its type, and what follows its length. */
export interface ServerMessage {
  readonly type: string;
  readonly body: Buffer;
}

const protocolVersion = 196_608;
/** A server sends at most some 32 KB at once in a backup; more than this is no Postgres. */
const messageBytesMax = 64 * 1024 * 1024;

/**
 * Runs one command and gives the server's messages until it is ready for the next one.
 * @throws what the server refuses with, or an error of the socket.
 */
export async function* replicate(socketDir: string, command: string): AsyncGenerator<ServerMessage> {
  const socket = connect({ path: `${socketDir}/.s.PGSQL.5432` });
  try {
    const messages = messagesOf(socket);
    socket.write(startup());
    await untilReady(messages);
    socket.write(query(command));
    for (;;) {
      const message = await next(messages);
      if (message.type === "Z") break;
      yield message;
    }
    socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
  } finally {
    socket.destroy();
  }
}

async function untilReady(messages: AsyncGenerator<ServerMessage>): Promise<void> {
  for (;;) {
    const { type, body } = await next(messages);
    if (type === "Z") return;
    if (type === "R" && body.readInt32BE(0) !== 0) throw new Error("Postgres asks for a password");
  }
}

async function next(messages: AsyncGenerator<ServerMessage>): Promise<ServerMessage> {
  const { value, done } = await messages.next();
  if (done) throw new Error("Postgres closed the connection");
  if (value.type === "E") throw new Error(`Postgres refused: ${reasonOf(value.body)}`);
  return value;
}

async function* messagesOf(socket: Socket): AsyncGenerator<ServerMessage> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.byteLength - at >= 5) {
      const length = rest.readInt32BE(at + 1);
      if (length < 4 || length > messageBytesMax) throw new Error("what answers is no Postgres");
      if (rest.byteLength - at < 1 + length) break;
      yield {
        type: String.fromCharCode(rest[at]!),
        body: rest.subarray(at + 5, at + 1 + length),
      };
      at += 1 + length;
    }
    rest = rest.subarray(at);
  }
}

function startup(): Buffer {
  const body = Buffer.from(`user\0${user}\0replication\0true\0application_name\0weir backup\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.byteLength, 0);
  head.writeInt32BE(protocolVersion, 4);
  return Buffer.concat([head, body]);
}

function query(command: string): Buffer {
  const body = Buffer.from(`${command}\0`);
  const head = Buffer.alloc(5);
  head.write("Q");
  head.writeInt32BE(4 + body.byteLength, 1);
  return Buffer.concat([head, body]);
}

/** The message of an error: fields, each with a letter before it. */
function reasonOf(body: Buffer): string {
  const fields = body.toString("utf8").split("\0");
  return fields.find((field) => field.startsWith("M"))?.slice(1) ?? "it does not say why";
}
