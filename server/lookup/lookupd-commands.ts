/** A node's commands to a lookup, and what each is answered. */

import { type Fault, fault } from "../protocol/faults.ts";
import { goDuration } from "../protocol/go-values.ts";
import { lookupdIdentityReply, lookupReply, readPeerIdentity } from "../protocol/lookup.ts";
import type { LookupCommand } from "../protocol/lookup-decoder.ts";
import { isValidName } from "../protocol/names.ts";
import type { LookupdPorts } from "./lookupd-ports.ts";
import type { Producer } from "./registration.ts";
import type { Change } from "./registry.ts";

/** The node at the other end. */
export interface Peer {
  readonly ports: LookupdPorts;
  /** `address:port` */
  readonly id: string;
  /** null: it has not identified itself. */
  producer: Producer | null;
  /** A line for the log. A node that causes very many does not fill it. */
  note(text: string): void;
}

const ok = lookupReply("OK");
/** The only error that a connection outlives: the node's other names are not to go, and come again, because of one. */
const tooManyNames = lookupReply("E_INVALID REGISTER too many topics and channels");

/** @returns the reply; after a fault the connection ends */
export function carryOut(peer: Peer, { fields, body }: LookupCommand): Buffer | Fault {
  switch (fields[0]) {
    case "PING":
      return ping(peer);
    case "IDENTIFY":
      return identify(peer, body);
    case "REGISTER":
      return register(peer, fields);
    case "UNREGISTER":
      return unregister(peer, fields);
    default:
      return fault("E_INVALID", `invalid command ${fields[0]}`);
  }
}

function ping({ ports, producer, note, id }: Peer): Buffer {
  if (producer !== null) {
    const silentMs = ports.registry.heard(producer);
    note(`CLIENT(${id}): pinged (last ping ${goDuration(silentMs)})`);
  }
  return ok;
}

function identify(peer: Peer, body: string | null): Buffer | Fault {
  if (body === null || peer.producer !== null) return fault("E_INVALID", "cannot IDENTIFY again");
  const identity = readPeerIdentity(body);
  if ("code" in identity) return identity;
  const { broadcastAddress, tcpPort, httpPort, version } = identity;
  peer.note(
    `CLIENT(${peer.id}): IDENTIFY Address:${broadcastAddress} TCP:${tcpPort} HTTP:${httpPort} Version:${version}`,
  );
  peer.producer = peer.ports.registry.identify(peer.id, identity);
  peer.note(`DB: client(${peer.id}) REGISTER category:client key: subkey:`);
  return lookupdIdentityReply(peer.ports.identity());
}

function register(peer: Peer, fields: readonly string[]): Buffer | Fault {
  const named = placeOf(peer, fields);
  if ("code" in named) return named;
  const changes = peer.ports.registry.register(named.producer, named.topic, named.channel);
  if (changes === null) {
    peer.note(
      `DB: client(${peer.id}) REGISTER of ${fields.slice(1, 3).join(" ")} refused, there are too many names`,
    );
    return tooManyNames;
  }
  noteChanges(peer, "REGISTER", changes);
  return ok;
}

function unregister(peer: Peer, fields: readonly string[]): Buffer | Fault {
  const named = placeOf(peer, fields);
  if ("code" in named) return named;
  noteChanges(peer, "UNREGISTER", peer.ports.registry.unregister(named.producer, named.topic, named.channel));
  return ok;
}

interface Place {
  readonly producer: Producer;
  readonly topic: string;
  readonly channel: string | null;
}

function placeOf({ producer }: Peer, [verb, topic, channel = ""]: readonly string[]): Place | Fault {
  if (producer === null) return fault("E_INVALID", "client must IDENTIFY");
  if (topic === undefined) return fault("E_INVALID", `${verb} insufficient number of params`);
  if (!isValidName(topic)) return fault("E_BAD_TOPIC", `${verb} topic name '${topic}' is not valid`);
  if (channel !== "" && !isValidName(channel)) {
    return fault("E_BAD_CHANNEL", `${verb} channel name '${channel}' is not valid`);
  }
  return { producer, topic, channel: channel === "" ? null : channel };
}

function noteChanges({ id, note }: Peer, verb: string, changes: readonly Change[]): void {
  for (const { topic, channel } of changes) {
    const category = channel === null ? "topic" : "channel";
    note(`DB: client(${id}) ${verb} category:${category} key:${topic} subkey:${channel ?? ""}`);
  }
}
