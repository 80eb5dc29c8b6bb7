/** A node's connection to a lookup: commands in, replies out in their order, a bounded piece of them in a turn. */
import type { Socket } from "node:net";
import type { Fault } from "../protocol/faults.ts";
import { lookupReply } from "../protocol/lookup.ts";
import { LookupDecoder } from "../protocol/lookup-decoder.ts";
import { carryOut, type Peer } from "./lookupd-commands.ts";
import type { LookupdPorts } from "./lookupd-ports.ts";
import { NodeNotes } from "./node-notes.ts";
import type { Producer } from "./registration.ts";

/** A node that comes back registers tens of thousands of names at once: others are served in between. */
const turnMsMax = 2;
/** Replies that a node has yet to read before no more of its commands are carried out. */
const owedBytesMax = 64 * 1024;
/** After an error the node has so long to take it. */
const lingerMs = 1_000;

export class LookupdSession implements Peer {
  readonly ports: LookupdPorts;
  /** Where it connects from. */
  readonly host: string;
  readonly id: string;
  producer: Producer | null = null;
  readonly #socket: Socket;
  readonly #decoder = new LookupDecoder();
  readonly #notes: NodeNotes;
  #over = false;
  #waiting = false;

  constructor(
    ports: LookupdPorts,
    socket: Socket,
    from: { readonly host: string; readonly id: string },
    onClose: () => void,
  ) {
    this.ports = ports;
    this.host = from.host;
    this.id = from.id;
    this.#socket = socket;
    this.#notes = new NodeNotes(from.id, (text) => ports.log("info", text));
    socket.on("data", (chunk: Buffer) => {
      // What comes after the end is read and dropped, so that the node can take the error and go.
      if (this.#over) return;
      this.#decoder.push(chunk);
      this.#carryOn();
    });
    socket.on("drain", () => this.#carryOn());
    socket.on("end", () => this.#ended());
    // A reset tells nothing that 'close', which follows it, does not.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#leave();
      this.#notes.end();
      onClose();
    });
  }

  readonly note = (text: string): void => this.#notes.add(shown(text));

  close(): void {
    this.#socket.destroy();
  }

  /** Now, or in its turn when others wait for theirs. */
  #carryOn(): void {
    if (this.#over || this.#waiting) return;
    if (this.ports.turns.busy) void this.#wait();
    else this.#run();
  }

  async #wait(): Promise<void> {
    this.#waiting = true;
    this.#socket.pause();
    await this.ports.turns.next();
    this.#waiting = false;
    if (!this.#over) this.#run();
  }

  /** Carries out what has come, then reads on; unless that takes longer than a turn, or replies are not read. */
  #run(): void {
    const replies: Buffer[] = [];
    const done = this.#carryOut(replies);
    if (replies.length > 0) this.#socket.write(Buffer.concat(replies));
    if (typeof done === "object") return this.#fail(done);
    const owes = this.#socket.writableLength > owedBytesMax;
    if (done && !owes) {
      this.#socket.resume();
      return;
    }
    this.#socket.pause();
    if (!owes) void this.#wait();
  }

  /** True: everything that has come is carried out. False: the turn is over. */
  #carryOut(replies: Buffer[]): boolean | Fault {
    const begunMs = performance.now();
    while (true) {
      const command = this.#decoder.next();
      if (command === null) return true;
      if ("code" in command) return command;
      const reply = carryOut(this, command);
      if ("code" in reply) return reply;
      replies.push(reply);
      if (performance.now() - begunMs > turnMsMax) return false;
    }
  }

  #fail(fault: Fault): void {
    this.ports.log("error", `[${this.id}] - ${shown(fault.text)}`);
    this.#socket.write(lookupReply(fault.text));
    this.#end();
  }

  #ended(): void {
    if (this.#over) return;
    const fault = this.#decoder.end();
    if (fault) this.#fail(fault);
    else this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#leave();
    this.#socket.end();
    this.#socket.resume();
    const linger = setTimeout(() => this.#socket.destroy(), lingerMs);
    this.#socket.on("close", () => clearTimeout(linger));
  }

  #leave(): void {
    this.#over = true;
    const { producer } = this;
    if (producer === null) return;
    this.producer = null;
    const { registrations } = producer;
    this.ports.registry.remove(producer);
    this.note(`DB: client(${this.id}) UNREGISTER category:client key: subkey: and ${registrations} more`);
  }
}

const shownMax = 512;

/** Text that has bytes of the node's in it. */
function shown(text: string): string {
  return text.slice(0, shownMax).replace(/[^\x20-\x7e]/g, "?");
}
