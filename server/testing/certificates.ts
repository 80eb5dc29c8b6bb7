/** X.509 certificates made in the process of a test: any age, any issuer, any name. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

export interface CertificateOptions {
  /** Common name. */
  readonly subject?: string;
  /** Host names and IPv4 addresses it is valid for; none means no such extension. */
  readonly names?: readonly string[];
  /** Who signs it; itself when absent. */
  readonly issuer?: Certificate | undefined;
  /** It may sign others. */
  readonly ca?: boolean;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly hash?: "sha1" | "sha256";
  readonly key?: "ec" | "rsa1024" | "rsa2048";
  /** Extended key usage; none means no such extension. */
  readonly usages?: readonly ("serverAuth" | "clientAuth")[];
}

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly subject: string;
  readonly privateKey: KeyObject;
}

const dayMs = 86_400_000;
const oids = {
  commonName: "2.5.4.3",
  basicConstraints: "2.5.29.19",
  subjectAltName: "2.5.29.17",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;
const signatures = {
  ec: { sha1: "1.2.840.10045.4.1", sha256: "1.2.840.10045.4.3.2" },
  rsa: { sha1: "1.2.840.113549.1.1.5", sha256: "1.2.840.113549.1.1.11" },
} as const;

export function certificate(options: CertificateOptions = {}): Certificate {
  const { subject = "test", issuer, hash = "sha256" } = options;
  const { publicKey, privateKey } = keyPair(options.key ?? "ec");
  const signer = issuer?.privateKey ?? privateKey;
  const kind = signer.asymmetricKeyType === "ec" ? "ec" : "rsa";
  const algorithm = sequence(oid(signatures[kind][hash]), ...(kind === "rsa" ? [der(0x05)] : []));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(issuer?.subject ?? subject),
    sequence(
      time(options.notBefore ?? new Date(Date.now() - dayMs)),
      time(options.notAfter ?? new Date(Date.now() + 365 * dayMs)),
    ),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    ...extensions(options),
  );
  const whole = sequence(body, algorithm, bits(sign(hash, body, signer)));
  const lines = whole
    .toString("base64")
    .match(/.{1,64}/g)!
    .join("\n");
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    subject,
    privateKey,
  };
}

function keyPair(key: "ec" | "rsa1024" | "rsa2048") {
  if (key === "ec") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  return generateKeyPairSync("rsa", { modulusLength: key === "rsa1024" ? 1024 : 2048 });
}

function extensions({ ca, names = [], usages = [] }: CertificateOptions): Buffer[] {
  const list: Buffer[] = [];
  if (ca !== undefined)
    list.push(extension(oids.basicConstraints, sequence(...(ca ? [der(0x01, Buffer.from([0xff]))] : []))));
  if (names.length > 0) list.push(extension(oids.subjectAltName, sequence(...names.map(alternativeName))));
  if (usages.length > 0)
    list.push(extension(oids.extendedKeyUsage, sequence(...usages.map((usage) => oid(oids[usage])))));
  return list.length > 0 ? [der(0xa3, sequence(...list))] : [];
}

function alternativeName(text: string): Buffer {
  return isIP(text) === 4
    ? der(0x87, Buffer.from(text.split(".").map(Number)))
    : der(0x82, Buffer.from(text));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value));
}

function name(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid(oids.commonName), der(0x0c, Buffer.from(commonName)))));
}

function time(at: Date): Buffer {
  return der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\..*/g, "")}Z`));
}

function bits(value: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), value]));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
