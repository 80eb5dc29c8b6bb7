import { readFileSync } from "node:fs";
import { isIP, type Socket } from "node:net";
import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import type { Target } from "./address.ts";
import type { ConnectionSettings } from "./options.ts";

const versions: Readonly<Record<string, SecureVersion>> = {
  // Node has nothing older than TLS 1.0.
  "ssl3.0": "TLSv1",
  "tls1.0": "TLSv1",
  "tls1.1": "TLSv1.1",
  "tls1.2": "TLSv1.2",
  "tls1.3": "TLSv1.3",
};

/**
 * TLS over a connection. Certificates are read each time, so that renewed ones are taken at the next connection.
 * Throws when a file cannot be read, or is no certificate.
 */
export function upgradeToTls(socket: Socket, target: Target, settings: ConnectionSettings): TLSSocket {
  const { tlsRootCaFile, tlsCert, tlsKey, tlsInsecureSkipVerify, tlsMinVersion } = settings;
  const host = "host" in target ? target.host : "localhost";
  const minVersion = versions[tlsMinVersion];
  return connect({
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ...(tlsRootCaFile !== "" && { ca: readFileSync(tlsRootCaFile) }),
    ...(tlsCert !== "" && { cert: readFileSync(tlsCert) }),
    ...(tlsKey !== "" && { key: readFileSync(tlsKey) }),
    ...(minVersion !== undefined && { minVersion }),
    rejectUnauthorized: !tlsInsecureSkipVerify,
    ...settings.tls,
  });
}
