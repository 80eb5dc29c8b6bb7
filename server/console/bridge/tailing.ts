/** What a connection tails: one thing at a time, for everybody who asks for the same one tap of the nodes. */

import type { Answer, Grant } from "../../../client/browser/protocol.ts";
import type { TailSpec } from "../../../client/browser/tail-batch.ts";
import type { Tails } from "../live/tail.ts";
import { type TailWanted, tailRoom, tailWanted } from "../live/tail-wanted.ts";
import type { BridgeSocket } from "./connection.ts";
import { allows } from "./grant.ts";
import { refused } from "./refused.ts";

/** No channel's name: matched by those alone who may see all. */
const allChannels = "*";

interface Tailed {
  readonly room: string;
  readonly topic: string;
  readonly wanted: TailWanted;
}

export class Tailing {
  readonly #socket: BridgeSocket;
  readonly #tails: Tails;
  #now: Tailed | null = null;

  constructor(socket: BridgeSocket, tails: Tails) {
    this.#socket = socket;
    this.#tails = tails;
  }

  get topic(): string | null {
    return this.#now?.topic ?? null;
  }

  /** Another one than before is tailed instead of it; a refused one ends what was before. */
  ask(spec: TailSpec, grant: Grant): Answer {
    const wanted = tailWanted(spec);
    const room = tailRoom(spec);
    if (room === this.#now?.room) return { ok: true };
    this.leave();
    if (wanted === null) return refused("bad-request", "That is not understood as something to tail.");
    const asked = { room, topic: spec.topic, wanted };
    if (!isAllowed(grant, asked))
      return refused("not-allowed", `The token is not for this of ${spec.topic}.`);
    if (!this.#tails.join(room, asked)) return refused("too-many", "Too many different tails are open.");
    this.#now = asked;
    void this.#socket.join(room);
    return { ok: true };
  }

  /** Whether it may go on with another token. */
  isIn(grant: Grant): boolean {
    return this.#now === null || isAllowed(grant, this.#now);
  }

  leave(): void {
    if (this.#now === null) return;
    void this.#socket.leave(this.#now.room);
    this.#tails.leave(this.#now.room);
    this.#now = null;
  }
}

function isAllowed(grant: Grant, { topic, wanted }: Tailed): boolean {
  return wanted.kind === "outcomes"
    ? allows(grant, "outcomes", topic, wanted.channel ?? allChannels)
    : allows(grant, "tail", topic);
}
