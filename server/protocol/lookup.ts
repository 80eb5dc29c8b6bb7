/**
 * What a node and a lookup say to one another over TCP: the node a magic and lines, IDENTIFY with a
 * body; the lookup `| size | data |` for each of them. Either side's words are written and read here.
 */
import { type Fault, fault } from "./faults.ts";
import { parseFields } from "./json-fields.ts";

/** A node says it before anything else. */
export const lookupMagic = "  V1";

/** A node as it tells itself to a lookup. */
export interface PeerIdentity {
  readonly broadcastAddress: string;
  readonly hostname: string;
  readonly tcpPort: number;
  readonly httpPort: number;
  readonly version: string;
  readonly topologyZone: string;
  readonly topologyRegion: string;
}

/** A lookup as it tells itself to a node, which asks for channels at this address and HTTP port. */
export interface LookupdIdentity {
  readonly broadcastAddress: string;
  readonly hostname: string;
  readonly tcpPort: number;
  readonly httpPort: number;
  readonly version: string;
}

// -- a node's commands ----------------------------------------------------------------------------

export const pingCommand = "PING\n";

export function identifyCommand(peer: PeerIdentity): Buffer {
  const body = Buffer.from(
    JSON.stringify({
      broadcast_address: peer.broadcastAddress,
      hostname: peer.hostname,
      http_port: peer.httpPort,
      tcp_port: peer.tcpPort,
      topology_region: peer.topologyRegion,
      topology_zone: peer.topologyZone,
      version: peer.version,
    }),
  );
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([Buffer.from("IDENTIFY\n"), size, body]);
}

/** Of a topic alone, or of a channel with its topic. */
export function registerCommand(topic: string, channel: string | null): string {
  return `REGISTER ${place(topic, channel)}\n`;
}

/** Of a topic with all its channels, or of a channel alone. */
export function unregisterCommand(topic: string, channel: string | null): string {
  return `UNREGISTER ${place(topic, channel)}\n`;
}

function place(topic: string, channel: string | null): string {
  return channel === null ? topic : `${topic} ${channel}`;
}

/** Reads the body of a node's IDENTIFY. */
export function readPeerIdentity(body: string): PeerIdentity | Fault {
  const fields = parseFields(body);
  const peer = fields && {
    broadcastAddress: fields.text("broadcast_address"),
    hostname: fields.text("hostname"),
    tcpPort: fields.integer("tcp_port"),
    httpPort: fields.integer("http_port"),
    version: fields.text("version"),
    topologyZone: fields.text("topology_zone"),
    topologyRegion: fields.text("topology_region"),
  };
  if (!peer || fields.broken) return fault("E_BAD_BODY", "IDENTIFY failed to decode JSON body");
  const { broadcastAddress, tcpPort, httpPort, version } = peer;
  if (broadcastAddress === "" || tcpPort === 0 || httpPort === 0 || version === "") {
    return fault("E_BAD_BODY", "IDENTIFY missing fields");
  }
  return peer;
}

// -- a lookup's replies ---------------------------------------------------------------------------

/** `data` is a binary string: each character is one byte of the wire. */
export function lookupReply(data: string): Buffer {
  const bytes = Buffer.from(data, "latin1");
  const reply = Buffer.allocUnsafe(4 + bytes.length);
  reply.writeInt32BE(bytes.length);
  bytes.copy(reply, 4);
  return reply;
}

/** The answer to a node's IDENTIFY, its keys in NSQ's order. */
export function lookupdIdentityReply(lookupd: LookupdIdentity): Buffer {
  const text = JSON.stringify({
    broadcast_address: lookupd.broadcastAddress,
    hostname: lookupd.hostname,
    http_port: lookupd.httpPort,
    tcp_port: lookupd.tcpPort,
    version: lookupd.version,
  });
  return lookupReply(Buffer.from(text).toString("latin1"));
}

/** Reads the answer to IDENTIFY. null: an error, or nothing that a lookup says. */
export function readLookupdIdentity(reply: Buffer): LookupdIdentity | null {
  const fields = parseFields(reply.toString("utf8"));
  if (fields === null) return null;
  const lookupd = {
    broadcastAddress: fields.text("broadcast_address"),
    hostname: fields.text("hostname"),
    tcpPort: fields.integer("tcp_port"),
    httpPort: fields.integer("http_port"),
    version: fields.text("version"),
  };
  return fields.broken ? null : lookupd;
}
