/** What a node asks of its clients: TLS, certificates, and leave of an authorisation server. */
import { readFileSync } from "node:fs";
import { createSecureContext, DEFAULT_CIPHERS, getCACertificates, type SecureContextOptions } from "node:tls";
import type { Authority } from "../auth/authority.ts";
import { StartError } from "../cli/config-file.ts";
import type { NsqdOptions } from "../cli/nsqd-options.ts";
import type { ServerTls } from "../http-api/server.ts";
import { Handshakes } from "../tcp/handshakes.ts";
import type { NodeLog } from "./node-log.ts";

const versions = {
  "tls1.0": "TLSv1",
  "tls1.1": "TLSv1.1",
  "tls1.2": "TLSv1.2",
  "tls1.3": "TLSv1.3",
} as const;
const policies = { require: "any", "require-verify": "verified" } as const;

export interface NodeSecurity {
  readonly handshakes: Handshakes | null;
  readonly httpsTls: ServerTls | null;
  readonly isTlsRequired: boolean;
  readonly isHttpsRequired: boolean;
  readonly authority: Authority | null;
}

/** @throws StartError in nsqd's words, when files cannot be read or are no certificate and its key */
export async function nodeSecurity(options: NsqdOptions, log: NodeLog): Promise<NodeSecurity> {
  const rootCa = options["tls-root-ca-file"] === "" ? null : read(options["tls-root-ca-file"]);
  const tls = serverTls(options, rootCa);
  const policy = options["tls-client-auth-policy"];
  // A policy for certificates makes no sense without the TLS they come in.
  const required = options["tls-required"] === false ? policy !== "" : options["tls-required"];
  return {
    handshakes:
      tls === null
        ? null
        : new Handshakes({
            context: createSecureContext(tls.options),
            clientCertificate: tls.clientCertificate,
          }),
    httpsTls: tls,
    isTlsRequired: required !== false,
    isHttpsRequired: required === true,
    authority: await authorityOf(options, rootCa, log),
  };
}

function serverTls(options: NsqdOptions, rootCa: string | null): ServerTls | null {
  if (options["tls-cert"] === "" && options["tls-key"] === "") return null;
  const policy = options["tls-client-auth-policy"];
  const clientCertificate = policy === "" ? "none" : policies[policy as keyof typeof policies];
  const authorities = clientCertificate === "verified" ? (rootCa ?? getCACertificates("system")) : null;
  const secure = {
    cert: read(options["tls-cert"]),
    key: read(options["tls-key"]),
    minVersion: versions[options["tls-min-version"]],
    ...(authorities !== null && { ca: authorities }),
  };
  return {
    options: { ...secure, ciphers: ciphersFor(secure, clientCertificate === "verified") },
    clientCertificate,
  };
}

/**
 * OpenSSL's security levels forbid TLS before 1.2 and certificates signed with SHA-1, which is what nodes that have
 * been running for years are set up with. They are lowered where that is asked for, and only there; which
 * ciphers there are does not change.
 */
function ciphersFor(secure: SecureContextOptions, isVerifying: boolean): string {
  const lowered = `${DEFAULT_CIPHERS}:@SECLEVEL=0`;
  const isOldWanted = secure.minVersion === "TLSv1" || secure.minVersion === "TLSv1.1";
  // Whose clients are known by certificates must not be deceived by weak ones.
  if (isOldWanted && !isVerifying) {
    check({ ...secure, ciphers: lowered });
    return lowered;
  }
  try {
    createSecureContext({ ...secure, ciphers: DEFAULT_CIPHERS });
    return DEFAULT_CIPHERS;
  } catch {
    check({ ...secure, ciphers: lowered });
    return lowered;
  }
}

function check(secure: SecureContextOptions): void {
  try {
    createSecureContext(secure);
  } catch (error) {
    refuse((error as Error).message);
  }
}

async function authorityOf(
  options: NsqdOptions,
  rootCa: string | null,
  log: NodeLog,
): Promise<Authority | null> {
  const addresses = options["auth-http-address"];
  if (addresses.length === 0) return null;
  // What reads replies takes as long to load as the rest of a node takes to start.
  const { Authority } = await import("../auth/authority.ts");
  return new Authority({
    addresses,
    method: options["auth-http-request-method"] as "get" | "post",
    connectTimeoutMs: options["http-client-connect-timeout"],
    requestTimeoutMs: options["http-client-request-timeout"],
    isStrict: options["auth-strict"],
    rootCa,
    random: Math.random,
    log: (text) => log.log("error", text),
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(reason: string): never {
  throw new StartError(`failed to instantiate nsqd - failed to build TLS config - ${reason}`);
}
