/** What keeps a certificate from being accepted: by us at the start, or by those who connect. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext, rootCertificates } from "node:tls";

export interface CertificateFiles {
  /** The server's certificate, then those that lead from it to an authority, as PEM. */
  readonly cert: string;
  /** Null where it is the server's secret. */
  readonly key: string | null;
  /** Authorities that clients are given, as PEM; null for those that programs know by themselves. */
  readonly rootCa: string | null;
  /** Authorities of clients' certificates, as PEM. */
  readonly clientCa: string | null;
}

export interface Finding {
  /** With a problem somebody is refused; a warning is of what will be one, or is one to some. */
  readonly level: "problem" | "warning";
  readonly text: string;
}

export interface CertificateReport {
  readonly chain: readonly X509Certificate[];
  readonly findings: readonly Finding[];
}

const dayMs = 86_400_000;
const soonMs = 30 * dayMs;
const rsaBitsMin = 2_048;
const chainMax = 16;
const serverAuth = "1.3.6.1.5.5.7.3.1";

/** `names`: what clients connect to. */
export function checkCertificate(
  files: CertificateFiles,
  names: readonly string[],
  nowMs: number,
): CertificateReport {
  const findings: Finding[] = [];
  const problem = (text: string) => void findings.push({ level: "problem", text });
  const warn = (text: string) => void findings.push({ level: "warning", text });

  const chain = certificatesOf(files.cert, "the certificate file", problem);
  const [leaf] = chain;
  if (leaf === undefined) return { chain, findings };
  const key = files.key === null ? null : privateKeyOf(files.key, problem);
  if (key !== null) checkKey(key, chain, problem);
  for (const [index, certificate] of chain.entries()) checkOne(certificate, index, nowMs, problem, warn);
  checkChain(chain, files.rootCa, problem, warn);
  checkUse(leaf, problem);
  checkNames(leaf, names, problem, warn);
  if (files.clientCa !== null) checkAuthorities(files.clientCa, nowMs, problem, warn);
  if (files.key !== null && findings.every(({ level }) => level !== "problem"))
    checkLoading({ ...files, key: files.key }, problem);
  return { chain, findings };
}

type Say = (text: string) => void;

function certificatesOf(pem: string, where: string, problem: Say): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN ([A-Z0-9 ]*)-----[^-]*-----END \1-----/g) ?? [];
  const found = blocks.filter((block) => /^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(block));
  if (found.length === 0) {
    const what = blocks.map((block) => /BEGIN ([A-Z0-9 ]*)/.exec(block)![1]).join(", ");
    problem(`${where} has no certificate in PEM form${what === "" ? "" : `, but: ${what}`}`);
  }
  if (found.length > chainMax)
    problem(`${where} has ${found.length} certificates; ${chainMax} are looked at`);
  return found.slice(0, chainMax).flatMap((block, index) => {
    try {
      return [new X509Certificate(block)];
    } catch (error) {
      problem(`certificate ${index + 1} of ${where} cannot be read: ${(error as Error).message}`);
      return [];
    }
  });
}

function privateKeyOf(pem: string, problem: Say): KeyObject | null {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    problem("the key is encrypted; nobody is there to type its passphrase when a node starts");
    return null;
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const what = /BEGIN ([A-Z0-9 ]*)/.exec(pem)?.[1];
    problem(
      what === undefined || what.includes("PRIVATE KEY")
        ? `the key cannot be read: ${(error as Error).message}`
        : `the key file has no private key, but: ${what}`,
    );
    return null;
  }
}

function checkKey(key: KeyObject, chain: readonly X509Certificate[], problem: Say): void {
  const owner = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (owner === 0) return;
  problem(
    owner < 0
      ? "the key is not that of the certificate"
      : `the key is that of certificate ${owner + 1} in the file: the server's own has to stand first`,
  );
}

function checkOne(certificate: X509Certificate, index: number, nowMs: number, problem: Say, warn: Say): void {
  const who = nameOf(certificate);
  const { validFromDate, validToDate } = certificate;
  if (validFromDate.getTime() > nowMs) problem(`${who} is not valid before ${day(validFromDate)}`);
  if (validToDate.getTime() <= nowMs) problem(`${who} has expired on ${day(validToDate)}`);
  else if (validToDate.getTime() - nowMs < soonMs) warn(`${who} expires on ${day(validToDate)}`);

  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < rsaBitsMin)
    warn(`${who} has an RSA key of ${bits} bits; many clients refuse fewer than ${rsaBitsMin}`);
  const hash = certificate.signatureAlgorithm ?? "";
  if (/sha1|md5/i.test(hash) && !isSelfSigned(certificate))
    warn(`${who} is signed with ${hash}, which many clients refuse`);
  if (index > 0 && !certificate.ca) problem(`${who} stands in the chain but may not sign other certificates`);
}

/** From the server's certificate, each signed by the next, to an authority. */
function checkChain(chain: readonly X509Certificate[], rootCa: string | null, problem: Say, warn: Say): void {
  const authorities =
    rootCa === null
      ? rootCertificates.map((pem) => new X509Certificate(pem))
      : certificatesOf(rootCa, "the file of authorities", problem);
  let last = chain[0]!;
  for (const [index, next] of chain.slice(1).entries()) {
    if (signed(last, next)) last = next;
    else {
      const issuer = chain.find((other) => other !== last && signed(last, other));
      const where = issuer === undefined ? "not in the file" : "elsewhere in the file: the order is wrong";
      return problem(
        `certificate ${index + 2}, ${nameOf(next)}, has not signed ${nameOf(last)}: who has is ${where}`,
      );
    }
  }

  const known = (certificate: X509Certificate) =>
    authorities.some((authority) => authority.fingerprint256 === certificate.fingerprint256);
  if (known(last) || authorities.some((authority) => signed(last, authority))) return;
  const asked =
    rootCa === null ? "the authorities that programs know by themselves" : "the file of authorities";
  if (!isSelfSigned(last))
    problem(
      `the chain ends at ${nameOf(last)}: its issuer, ${oneLine(last.issuer)}, is neither with it nor among ${asked}`,
    );
  else if (rootCa === null)
    warn(`${nameOf(last)} is an authority of yours: clients accept it only when they are given it`);
  else problem(`${nameOf(last)} has signed itself and is not in ${asked}`);
}

function checkUse(leaf: X509Certificate, problem: Say): void {
  const usages: readonly string[] | undefined = leaf.keyUsage;
  if (usages !== undefined && usages.length > 0 && !usages.includes(serverAuth))
    problem(`${nameOf(leaf)} is not meant for servers (no extended key usage serverAuth)`);
}

function checkNames(leaf: X509Certificate, names: readonly string[], problem: Say, warn: Say): void {
  const valid = leaf.subjectAltName;
  if (valid === undefined)
    warn(
      `${nameOf(leaf)} has no subject alternative name; Go's clients, NSQ's among them, look at nothing else`,
    );
  for (const name of names) {
    const found = isIP(name) === 0 ? leaf.checkHost(name, { subject: "never" }) : leaf.checkIP(name);
    if (found === undefined) problem(`it is not valid for ${name}, only for ${valid ?? "no name at all"}`);
  }
}

function checkAuthorities(pem: string, nowMs: number, problem: Say, warn: Say): void {
  for (const authority of certificatesOf(pem, "the file of clients' authorities", problem)) {
    checkOne(authority, 0, nowMs, problem, warn);
    if (!authority.ca) problem(`${nameOf(authority)} is no authority: it may not sign clients' certificates`);
  }
}

/** What is left is what OpenSSL itself refuses. */
function checkLoading(
  { cert, key, clientCa }: CertificateFiles & { readonly key: string },
  problem: Say,
): void {
  try {
    createSecureContext({ cert, key, ...(clientCa !== null && { ca: clientCa }) });
  } catch (error) {
    problem(`it cannot be loaded: ${(error as Error).message}`);
  }
}

function signed(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return signed(certificate, certificate);
}

export function nameOf(certificate: X509Certificate): string {
  return oneLine(certificate.subject || "a certificate without a subject");
}

/** Subjects come with a line a part, and are somebody else's text. */
export function oneLine(text: string): string {
  return text.replace(/\n/g, ", ").replace(/[^\x20-\x7e]/g, "?");
}

export function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
