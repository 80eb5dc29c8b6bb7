import { readFileSync } from "node:fs";
import { type CertificateReport, checkCertificate, day, nameOf, oneLine } from "../certificate-check.ts";
import { checkCertOptions } from "../check-cert-options.ts";
import { StartError } from "../config-file.ts";
import type { Values } from "../option.ts";
import { presentedCertificates, type Server } from "../presented-certificate.ts";
import { builtWith, role, weirVersion } from "../role.ts";

export default role({
  name: "check-cert",
  version: builtWith(weirVersion()),
  table: checkCertOptions,
  helpAfter: `
Says what is wrong with a node's certificate: its dates, its key, its chain to an authority, its names.
weir check-cert --tls-cert=cert.pem --tls-key=key.pem --name=broker.example.com, or of a node that runs:
weir check-cert --nsqd-tcp-address=broker.example.com:4150; exit code 1 with a problem.
`,
  async run({ options }) {
    const server = serverOf(options);
    const { name, "broadcast-address": broadcast } = options;
    const names = [broadcast || server?.host || ""].filter((name) => name !== "");
    const files = {
      ...(server === null ? filesOf(options) : { cert: await presentedCertificates(server), key: null }),
      rootCa: readOptional(options["client-root-ca-file"]),
      clientCa: readOptional(options["tls-root-ca-file"]),
    };
    const report = checkCertificate(files, name.length > 0 ? name : names, Date.now());
    process.stdout.write(shown(report));
    if (report.findings.some(({ level }) => level === "problem")) process.exitCode = 1;
  },
});

type CheckCertOptions = Values<typeof checkCertOptions>;

function serverOf({ "nsqd-tcp-address": nsqd, "https-address": https }: CheckCertOptions): Server | null {
  const address = nsqd || https;
  if (address === "") return null;
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  if (match === null || (nsqd !== "" && https !== "")) throw new StartError("one <addr>:<port> can be asked");
  return { host: (match[1] ?? match[2])!, port: Number(match[3]), isNsqd: nsqd !== "" };
}

function filesOf({ "tls-cert": cert, "tls-key": key }: CheckCertOptions) {
  if (cert === "" || key === "")
    throw new StartError("--tls-cert and --tls-key are needed, or a node to ask");
  return { cert: read(cert), key: read(key) };
}

function shown({ chain, findings }: CertificateReport): string {
  const certificates = chain.map((certificate, index) => {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    const size = details?.modulusLength ?? details?.namedCurve ?? "";
    return `${index + 1}  ${nameOf(certificate)}
   for     ${oneLine(certificate.subjectAltName ?? "no name")}
   issuer  ${oneLine(certificate.issuer)}
   valid   ${day(certificate.validFromDate)} to ${day(certificate.validToDate)}
   key     ${type} ${size}
   sha256  ${certificate.fingerprint256}
`;
  });
  const lines = findings.map(({ level, text }) => `${level.toUpperCase()}  ${text}\n`);
  return [...certificates, "\n", ...(lines.length > 0 ? lines : ["No problem found.\n"])].join("");
}

function readOptional(path: string): string | null {
  return path === "" ? null : read(path);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new StartError(`${path}: ${(error as Error).message}`);
  }
}
