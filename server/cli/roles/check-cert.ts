import { readFileSync } from "node:fs";
import { type CertificateReport, checkCertificate, day, nameOf, oneLine } from "../certificate-check.ts";
import { checkCertOptions } from "../check-cert-options.ts";
import { StartError } from "../config-file.ts";
import { builtWith, role, weirVersion } from "../role.ts";

export default role({
  name: "check-cert",
  version: builtWith(weirVersion()),
  table: checkCertOptions,
  helpAfter: `
Says what is wrong with a node's certificate: its dates, its key, its chain to an authority, its names.
weir check-cert --tls-cert=cert.pem --tls-key=key.pem --name=broker.example.com; exit code 1 with a problem.
`,
  async run({ options }) {
    const { "tls-cert": cert, "tls-key": key, name, "broadcast-address": broadcast } = options;
    if (cert === "" || key === "") throw new StartError("--tls-cert and --tls-key are needed");
    const files = {
      cert: read(cert),
      key: read(key),
      rootCa: readOptional(options["client-root-ca-file"]),
      clientCa: readOptional(options["tls-root-ca-file"]),
    };
    const names = name.length > 0 || broadcast === "" ? name : [broadcast];
    const report = checkCertificate(files, names, Date.now());
    process.stdout.write(shown(report));
    if (report.findings.some(({ level }) => level === "problem")) process.exitCode = 1;
  },
});

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
