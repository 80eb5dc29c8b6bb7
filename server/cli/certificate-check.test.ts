import { spawn, spawnSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createSecureContext, createServer as createTlsServer, TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { certificate } from "../testing/certificates.ts";
import { type CertificateFiles, checkCertificate } from "./certificate-check.ts";

const dayMs = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * dayMs);

const root = certificate({ subject: "root", ca: true });
const between = certificate({ subject: "between", ca: true, issuer: root });
const names = ["node.example.com", "*.nodes.example.com", "127.0.0.1"];
const server = certificate({ subject: "node", names, issuer: between, usages: ["serverAuth", "clientAuth"] });
const good = {
  cert: server.certPem + between.certPem,
  key: server.keyPem,
  rootCa: root.certPem,
  clientCa: null,
} satisfies CertificateFiles;

function findings(files: Partial<CertificateFiles>, asked: readonly string[] = []) {
  const report = checkCertificate({ ...good, ...files }, asked, Date.now());
  return report.findings.map(({ level, text }) => `${level}: ${text}`);
}

test("[CE1] nothing is said of a chain that leads to an authority and has the names", () => {
  expect(findings({}, ["node.example.com", "a.nodes.example.com", "127.0.0.1"])).toEqual([]);
  expect(findings({ cert: good.cert + root.certPem, clientCa: root.certPem })).toEqual([]);
});

describe("[CE1] what is wrong with files", () => {
  const encrypted = createPrivateKey(server.keyPem).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "x",
  }) as string;
  test.each<[string, Partial<CertificateFiles>, string]>([
    ["no PEM", { cert: "hello" }, "problem: the certificate file has no certificate in PEM form"],
    ["a key", { cert: server.keyPem }, "has no certificate in PEM form, but: PRIVATE KEY"],
    [
      "a broken certificate",
      { cert: server.certPem.replace("MII", "AAA") },
      "certificate 1 of the certificate file cannot be read",
    ],
    ["a certificate for a key", { key: server.certPem }, "the key file has no private key, but: CERTIFICATE"],
    ["a passphrase", { key: encrypted }, "the key is encrypted"],
    ["another's key", { key: certificate().keyPem }, "problem: the key is not that of the certificate"],
    [
      "the authority first",
      { cert: between.certPem + server.certPem },
      "the key is that of certificate 2 in the file",
    ],
  ])("%s", (_, files, text) => {
    expect(findings(files).join("\n")).toContain(text);
  });
});

describe("[CE1] what is wrong with the chain", () => {
  const stranger = certificate({ subject: "stranger", ca: true });
  const namesake = certificate({ subject: "between", ca: true });
  const noAuthority = certificate({ subject: "leaf", issuer: root, names: ["x"] });
  const fromLeaf = certificate({ subject: "node", names, issuer: noAuthority });
  const own = certificate({ subject: "own", names });
  test.each<[string, Partial<CertificateFiles>, string]>([
    [
      "a link is missing",
      { cert: server.certPem },
      "the chain ends at CN=node: its issuer, CN=between, is neither with it nor among the file of authorities",
    ],
    [
      "a stranger between",
      { cert: server.certPem + stranger.certPem },
      "certificate 2, CN=stranger, has not signed CN=node: who has is not in the file",
    ],
    [
      "the same name, another key",
      { cert: server.certPem + namesake.certPem },
      "certificate 2, CN=between, has not signed CN=node",
    ],
    [
      "the wrong order",
      { cert: server.certPem + root.certPem + between.certPem },
      "who has is elsewhere in the file: the order is wrong",
    ],
    [
      "one that may not sign",
      { cert: fromLeaf.certPem + noAuthority.certPem, key: fromLeaf.keyPem },
      "CN=leaf stands in the chain but may not sign other certificates",
    ],
    [
      "an unknown authority",
      { rootCa: stranger.certPem },
      "its issuer, CN=root, is neither with it nor among",
    ],
    ["an authority nobody knows", { rootCa: null }, "among the authorities that programs know by themselves"],
    [
      "it has signed itself",
      { cert: own.certPem, key: own.keyPem },
      "CN=own has signed itself and is not in the file of authorities",
    ],
    [
      "clients' authority that is none",
      { clientCa: server.certPem },
      "CN=node is no authority: it may not sign clients' certificates",
    ],
  ])("%s", (_, files, text) => {
    expect(
      findings(files)
        .filter((line) => line.startsWith("problem"))
        .join("\n"),
    ).toContain(text);
  });

  test("an own authority is a warning where clients are not said to know it", () => {
    expect(findings({ cert: good.cert + root.certPem, rootCa: null })).toEqual([
      "warning: CN=root is an authority of yours: clients accept it only when they are given it",
    ]);
  });
});

describe("[CE1] what is wrong with the certificate", () => {
  function of(options: Parameters<typeof certificate>[0], asked: readonly string[] = []) {
    const made = certificate({ subject: "node", names, issuer: root, ...options });
    return findings({ cert: made.certPem, key: made.keyPem }, asked);
  }
  test.each<[string, Parameters<typeof certificate>[0], readonly string[], RegExp]>([
    [
      "too old",
      { notBefore: inDays(-9), notAfter: inDays(-2) },
      [],
      /^problem: CN=node has expired on \d{4}-\d\d-\d\d$/,
    ],
    ["too young", { notBefore: inDays(3) }, [], /^problem: CN=node is not valid before \d{4}-\d\d-\d\d$/],
    ["soon too old", { notAfter: inDays(5) }, [], /^warning: CN=node expires on \d{4}-\d\d-\d\d$/],
    ["a short key", { key: "rsa1024" }, [], /^warning: CN=node has an RSA key of 1024 bits/],
    ["an old signature", { hash: "sha1" }, [], /^warning: CN=node is signed with ecdsa-with-SHA1/],
    ["for clients only", { usages: ["clientAuth"] }, [], /^problem: CN=node is not meant for servers/],
    ["no names", { names: [] }, [], /^warning: CN=node has no subject alternative name/],
    [
      "another name",
      {},
      ["other.example.com"],
      /^problem: it is not valid for other.example.com, only for DNS:node.example.com/,
    ],
    ["another address", {}, ["127.0.0.2"], /^problem: it is not valid for 127.0.0.2/],
    ["two levels under a star", {}, ["a.b.nodes.example.com"], /^problem: it is not valid for a.b.nodes/],
  ])("%s", (_, options, asked, line) => {
    const lines = of(options, asked);
    expect(
      lines.some((said) => line.test(said)),
      lines.join("\n"),
    ).toBe(true);
  });
});

test("[CE2] the command shows the chain and what was found, and ends with 1 for a problem", () => {
  const directory = mkdtempSync(join(tmpdir(), "weir-check-cert-"));
  const path = (name: string, content: string) => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const config = path(
    "nsqd.toml",
    `tls_cert = "${path("cert.pem", good.cert)}"\ntls_key = "${path("key.pem", good.key)}"\nbroadcast_address = "node.example.com"\n`,
  );
  const authority = path("root.pem", root.certPem);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [resolve(import.meta.dirname, "../../bin/weir.mjs"), "check-cert", ...args], {
      encoding: "utf8",
    });

  const fine = run(`--config=${config}`, `--client-root-ca-file=${authority}`);
  const wrong = run(`--config=${config}`, `--client-root-ca-file=${authority}`, "--name=b.example.com");
  const none = run();
  const away = run("--tls-cert=/nowhere/cert.pem", "--tls-key=/nowhere/key.pem");
  rmSync(directory, { recursive: true });

  expect(fine).toMatchObject({ status: 0, stderr: "" });
  expect(fine.stdout).toContain("1  CN=node\n   for     DNS:node.example.com");
  expect(fine.stdout).toContain("2  CN=between\n");
  expect(fine.stdout).toContain("No problem found.\n");
  expect(wrong.status).toBe(1);
  expect(wrong.stdout).toContain("PROBLEM  it is not valid for b.example.com, only for DNS:node.example.com");
  expect(none).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("--tls-cert and --tls-key are needed, or a node to ask"),
  });
  expect(away).toMatchObject({ status: 1, stderr: expect.stringContaining("/nowhere/cert.pem") });
});

describe("[CE3] the certificate of a running server", () => {
  /** Runs beside the server in this process, so it may not block. */
  async function run(...args: string[]) {
    const launcher = resolve(import.meta.dirname, "../../bin/weir.mjs");
    const child = spawn(process.execPath, [launcher, "check-cert", ...args]);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const [status] = await once(child, "close");
    return { status, stdout, stderr };
  }

  async function listening(server: Server) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("is asked for as HTTPS shows it", async () => {
    const server = createTlsServer({ cert: good.cert, key: good.key }, (socket) =>
      socket.on("error", () => {}),
    );
    const { status, stdout } = await run(`--https-address=${await listening(server)}`);
    server.close();

    expect(stdout).toContain("1  CN=node\n   for     DNS:node.example.com");
    expect(stdout).toContain("2  CN=between\n");
    expect(stdout).toContain("PROBLEM  the chain ends at CN=between");
    expect(status).toBe(1);
  });

  test("is asked for as NSQ's clients do, by IDENTIFY", async () => {
    const secureContext = createSecureContext({ cert: good.cert, key: good.key });
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (bytes) => {
        expect(bytes.toString("latin1")).toMatch(/^ {2}V2IDENTIFY\n/);
        socket.write(frame('{"tls_v1":true}'));
        new TLSSocket(socket, { isServer: true, secureContext }).on("error", () => {});
      });
    });
    const directory = mkdtempSync(join(tmpdir(), "weir-check-cert-"));
    const authority = join(directory, "root.pem");
    writeFileSync(authority, root.certPem);
    const address = await listening(server);
    const fine = await run(`--nsqd-tcp-address=${address}`, `--client-root-ca-file=${authority}`);
    server.close();
    rmSync(directory, { recursive: true });

    expect(fine).toMatchObject({ status: 0, stderr: "" });
    expect(fine.stdout).toContain("No problem found.\n");
  });

  test.each([
    ['{"tls_v1":false}', "the node offers no TLS: it has no --tls-cert"],
    ["OK", 'the node refuses to negotiate: "OK"'],
  ])("is missed where a node answers %s", async (reply, message) => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.write(frame(reply)));
    });
    const { status, stderr } = await run(`--nsqd-tcp-address=${await listening(server)}`);
    server.close();

    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  test("is missed where nobody listens", async () => {
    expect(await run("--https-address=127.0.0.1:1")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("127.0.0.1:1: connect ECONNREFUSED"),
    });
  });

  function frame(text: string): Buffer {
    const head = Buffer.alloc(8);
    head.writeInt32BE(4 + text.length, 0);
    return Buffer.concat([head, Buffer.from(text)]);
  }
});
