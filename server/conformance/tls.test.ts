import { request } from "node:https";
import { afterAll, describe, expect, test } from "vitest";
import { CertificateFiles } from "../testing/certificate-files.ts";
import { type Certificate, certificate } from "../testing/certificates.ts";
import { connect } from "../testing/client.ts";
import { identify, magic, pub } from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { uniqueTopic } from "../testing/names.ts";
import { type Flags, startNode, type TestNode } from "../testing/node.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { sharedNode } from "../testing/shared-node.ts";
import { connectUpgraded } from "../testing/upgraded-client.ts";

const files = new CertificateFiles();
afterAll(() => files[Symbol.dispose]());

const long = { notBefore: new Date("2012-01-01"), notAfter: new Date("2014-01-01") };
const ca = certificate({ subject: "clients' authority", ca: true });
const known = certificate({ subject: "known", issuer: ca, usages: ["clientAuth"] });
const stranger = certificate({ subject: "stranger" });
const serverFlags = files.flags(certificate({ subject: "node", key: "rsa2048" }));
const caFile = files.write("ca.pem", ca.certPem);

const node = await sharedNode(serverFlags);
const strict = await sharedNode({ ...serverFlags, "tls-required": true });

/** A node that was asked for TLS and has not begun it. */
function begun(port = node.tcpPort): RawConnection {
  const raw = new RawConnection(port);
  raw.write(magic);
  raw.write(identify({ feature_negotiation: true, tls_v1: true }));
  return raw;
}

const asClient = ({ certPem, keyPem }: Certificate) => ({ cert: certPem, key: keyPem });

async function publishes(port: number, options = {}): Promise<void> {
  const { client } = await connectUpgraded(port, { tls_v1: true }, options);
  await using _ = client;
  client.pub(uniqueTopic(), "over TLS");
  await client.expectOk();
}

describe("[TU6] what is no handshake", () => {
  test("is told so in the clear, and the connection ends", async () => {
    using raw = begun();
    await eventually(() => expect(raw.received).toContain('"tls_v1":true'));

    raw.write("GET / HTTP/1.1\r\n\r\n");

    await eventually(() => expect(raw.ended).toBe(true));
    expect(raw.received).toContain("E_IDENTIFY_FAILED IDENTIFY failed first record does not look like a TLS");
    await publishes(node.tcpPort);
  });

  test.each([
    ["a record that holds none", Buffer.concat([Buffer.from("160301000a", "hex"), Buffer.alloc(10, 0xff)])],
    ["a record of another protocol", Buffer.from("16ffff0004deadbeef", "hex")],
    ["half a record, and the end", Buffer.from("1603", "hex")],
  ])("ends the connection when it is %s", async (_, bytes) => {
    using raw = begun();
    await eventually(() => expect(raw.received).toContain('"tls_v1":true'));

    raw.write(bytes);
    if (bytes.length < 5) raw.socket.end();

    await eventually(() => expect(raw.ended).toBe(true), { withinMs: 8_000 });
    await publishes(node.tcpPort);
  });
});

test("[TU6] plain HTTP at the port of HTTPS is closed, and HTTPS goes on", async () => {
  using raw = new RawConnection(node.httpsPort);

  raw.write("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");

  await eventually(() => expect(raw.ended).toBe(true));
  expect((await overHttps(node, "/ping")).text).toBe("OK");
});

test("[TU7] a handshake has five seconds, begun or not, over HTTPS too", async () => {
  using silent = begun();
  using slow = begun();
  using silentHttps = new RawConnection(node.httpsPort);
  await eventually(() => expect(slow.received).toContain('"tls_v1":true'));
  slow.write(Buffer.from("16030100c8010000c4", "hex"));
  const sinceMs = performance.now();

  await eventually(() => expect(silent.ended || slow.ended).toBe(true), { withinMs: 8_000 });
  expect(performance.now() - sinceMs).toBeGreaterThan(4_000);
  await eventually(() => expect(silent.ended && slow.ended && silentHttps.ended).toBe(true));
  expect(silent.received).toContain("E_IDENTIFY_FAILED IDENTIFY failed");
});

describe("[TU9] where TLS is required", () => {
  test.each(["NOP\n", "SUB t c\n", "BOGUS\n", "\n", "RDY 1\n", "CLS\n", pub("t", "x"), "AUTH\n\0\0\0\x01x"])(
    "%j is refused in the clear",
    async (command) => {
      const verb = /^\w*/.exec(command.toString())![0];
      await using client = await connect(strict.tcpPort);
      client.identify({});
      await client.expectOk();

      client.send(command);

      await client.expectFatal(`E_INVALID cannot ${verb} in current state (TLS required)`);
      expect(await strict.hasTopic("t").catch(() => false)).toBe(false);
    },
  );

  test("everything is carried out over TLS", () => publishes(strict.tcpPort));
});

test("[TU10] tls-required=tcp-https asks TLS of TCP, and leaves plain HTTP alone", async () => {
  await using half = await startNode({ ...serverFlags, "tls-required": "tcp-https" });
  await using client = await connect(half.tcpPort);

  client.send("NOP\n");

  await client.expectFatal("E_INVALID cannot NOP in current state (TLS required)");
  expect((await half.get("/ping")).text).toBe("OK");
});

describe("[TU11] tls-required=true", () => {
  test.each([
    ["GET", "/ping"],
    ["POST", "/pub?topic=t"],
    ["GET", "/no/such"],
  ] as const)("sends %s %s over plain HTTP to HTTPS", async (method, path) => {
    const reply = method === "GET" ? await strict.get(path) : await strict.post(path, "x");

    expect(reply.status).toBe(403);
    expect(reply.text).toBe(`{"message": "TLS_REQUIRED", "https_port": ${strict.httpsPort}}`);
    expect(reply.headers.get("x-nsq-content-type")).toBe("nsq; version=1.0");
  });

  test("serves the same there", async () => {
    expect((await overHttps(strict, "/ping")).text).toBe("OK");
    expect(JSON.parse((await overHttps(strict, "/info")).text)).toMatchObject({ version: "1.3.0" });
    expect((await overHttps(strict, "/pub?topic=t", "x")).text).toBe("OK");
  });
});

describe("[TU12] a policy for clients' certificates", () => {
  test.each([
    ["require", "none", false],
    ["require", "stranger", true],
    ["require", "known", true],
    ["require-verify", "none", false],
    ["require-verify", "stranger", false],
    ["require-verify", "known", true],
  ])("of %s with the certificate %s: %s", async (policy, shown, isTaken) => {
    const flags: Flags = { ...serverFlags, "tls-client-auth-policy": policy, "tls-root-ca-file": caFile };
    await using guarded = await startNode(flags);
    const certificates: Record<string, object> = { known: asClient(known), stranger: asClient(stranger) };
    const options = certificates[shown] ?? {};

    const taken = await publishes(guarded.tcpPort, options).then(
      () => true,
      () => false,
    );
    const served = await overHttps(guarded, "/ping", undefined, options).then(
      ({ text }) => text === "OK",
      () => false,
    );

    expect({ taken, served }).toEqual({ taken: isTaken, served: isTaken });
    expect((await guarded.get("/ping")).status, "TLS is required").toBe(403);
  });

  test("that names an authority asks nobody for one without a policy", async () => {
    await using open = await startNode({ ...serverFlags, "tls-root-ca-file": caFile });

    await publishes(open.tcpPort);
  });
});

describe("[TU13] versions of TLS", () => {
  test.each(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const)("%s is taken by default", (version) =>
    publishes(node.tcpPort, { minVersion: version, maxVersion: version }),
  );

  test.each([
    ["tls1.3", "TLSv1.2"],
    ["tls1.2", "TLSv1.1"],
    ["tls1.1", "TLSv1"],
  ] as const)("tls-min-version=%s refuses %s, also over HTTPS", async (least, version) => {
    await using modern = await startNode({ ...serverFlags, "tls-min-version": least });
    const options = { minVersion: version, maxVersion: version };

    await expect(publishes(modern.tcpPort, options)).rejects.toThrow();
    await expect(overHttps(modern, "/ping", undefined, options)).rejects.toThrow();
    await publishes(modern.tcpPort);
  });
});

describe("[UG2] a certificate of any age serves", () => {
  test.each([
    ["SHA-1, RSA, expired", { key: "rsa2048", hash: "sha1", ...long }, {}],
    [
      "SHA-1, RSA, where only TLS 1.2 is wanted",
      { key: "rsa2048", hash: "sha1" },
      { "tls-min-version": "tls1.2" },
    ],
    ["RSA of 1,024 bits", { key: "rsa1024" }, {}],
    ["an elliptic curve", { key: "ec" }, { "tls-min-version": "tls1.3" }],
  ] as const)("%s", async (_, made, flags) => {
    await using old = await startNode({ ...files.flags(certificate(made)), ...flags });

    await publishes(old.tcpPort);
    expect((await overHttps(old, "/ping")).text).toBe("OK");
  });
});

describe("[UG3] a node does not start", () => {
  test.each([
    ["a certificate that is none", { "tls-cert": files.write("junk.pem", "junk") }],
    ["a key that is another's", { "tls-key": files.write("other.pem", stranger.keyPem) }],
    ["a file that is not there", { "tls-cert": "/nowhere/cert.pem" }],
    ["a certificate without its key", { "tls-key": "" }],
    ["an authority that is not there", { "tls-root-ca-file": "/nowhere/ca.pem" }],
  ])("with %s", async (_, flags) => {
    await expect(startNode({ ...serverFlags, ...flags })).rejects.toThrow(
      /FATAL: failed to instantiate nsqd - failed to build TLS config - /,
    );
  });
});

test("[UG4] handshakes by the thousand that never go on keep nobody out, and leave nothing behind", async () => {
  const rssBefore = node.rssBytes;
  const stalled = await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      const raw = begun();
      await eventually(() => expect(raw.received).toContain('"tls_v1":true'), { withinMs: 15_000 });
      // A record is announced that never comes whole.
      raw.write(Buffer.from("16030100c8010000c4", "hex"));
      return raw;
    }),
  );

  const begunMs = performance.now();
  await publishes(node.tcpPort);

  expect(performance.now() - begunMs).toBeLessThan(4_000);
  expect(node.rssBytes - rssBefore).toBeLessThan(128 * 2 ** 20);
  await eventually(() => expect(stalled.every(({ ended }) => ended)).toBe(true), { withinMs: 15_000 });
  for (const raw of stalled) raw[Symbol.dispose]();
});

function overHttps(
  { httpsPort }: TestNode,
  path: string,
  body?: string,
  options: object = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        host: "127.0.0.1",
        port: httpsPort,
        path,
        method: body === undefined ? "GET" : "POST",
        agent: false,
        rejectUnauthorized: false,
        ciphers: "DEFAULT:@SECLEVEL=0",
        minVersion: "TLSv1",
        ...options,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    asking.on("error", reject);
    asking.end(body);
  });
}
