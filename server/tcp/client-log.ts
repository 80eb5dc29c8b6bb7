/** What the node's log says of one client. Text may have bytes of the client's in it: it is kept short and printable. */
import type { TcpPorts } from "./ports.ts";

const lengthMax = 256;

export class ClientLog {
  readonly #log: TcpPorts["log"];
  readonly #remoteAddress: string;
  #clampNoted = false;

  constructor(log: TcpPorts["log"], remoteAddress: string) {
    this.#log = log;
    this.#remoteAddress = remoteAddress;
  }

  note(text: string): void {
    const shown = text.slice(0, lengthMax).replace(/[^\x20-\x7e]/g, "?");
    this.#log.info(`client ${this.#remoteAddress}: ${shown}`);
  }

  /** Once for a connection: a client that does it once does it always. */
  noteClamped(askedMs: number | bigint, clampedMs: number): void {
    if (!this.#clampNoted) this.note(`REQ timeout ${askedMs} set to ${clampedMs}`);
    this.#clampNoted = true;
  }
}
