/** A question to an authorisation server, in nsqd's words. */

/** What a client shows of itself. */
export interface AuthQuery {
  /** As it came: bytes, in no encoding anybody promised. */
  readonly secret: Buffer;
  /** Without the port; "" for a unix socket. */
  readonly remoteIp: string;
  readonly isTls: boolean;
  /** Of its certificate; "" for none. */
  readonly commonName: string;
}

/** `addr:port` stands for `/auth` there; what has a scheme is taken as it is. */
export function endpointOf(address: string): string {
  return address.includes("://") ? address : `http://${address}/auth`;
}

/** As Go's url.Values writes them: sorted, a space as a plus. */
export function queryText({ secret, remoteIp, isTls, commonName }: AuthQuery): string {
  const fields: [string, Buffer][] = [
    ["common_name", Buffer.from(commonName)],
    ["remote_ip", Buffer.from(remoteIp)],
    ["secret", secret],
    ["tls", Buffer.from(String(isTls))],
  ];
  return fields.map(([name, value]) => `${name}=${escaped(value)}`).join("&");
}

export function queryJson({ secret, remoteIp, isTls, commonName }: AuthQuery): string {
  return JSON.stringify({
    common_name: [commonName],
    remote_ip: [remoteIp],
    secret: [secret.toString("utf8")],
    tls: [String(isTls)],
  });
}

function escaped(value: Buffer): string {
  return value
    .toString("latin1")
    .replace(/[^A-Za-z0-9\-_.~ ]/g, (byte) =>
      `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`.toUpperCase(),
    )
    .replaceAll(" ", "+");
}
