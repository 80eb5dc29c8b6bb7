import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type AuthServer, everything, startAuthServer } from "../testing/auth-server.ts";
import { CertificateFiles } from "../testing/certificate-files.ts";
import { certificate } from "../testing/certificates.ts";
import { type Client, connect } from "../testing/client.ts";
import { int32, mpub, pub, withBody } from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode } from "../testing/node.ts";
import { sharedNode } from "../testing/shared-node.ts";
import { connectUpgraded } from "../testing/upgraded-client.ts";

const files = new CertificateFiles();
const authority: AuthServer = await startAuthServer();
afterAll(async () => {
  files[Symbol.dispose]();
  await authority[Symbol.asyncDispose]();
});
const serverFlags = files.flags(certificate({ key: "rsa2048" }));
const node = await sharedNode({ ...serverFlags, "auth-http-address": authority.address });

beforeEach(() => {
  authority.answer = everything;
  authority.asked.length = 0;
});

function allow(topic: string, channels: readonly string[], permissions: readonly string[], ttl = 3_600) {
  return { ...everything, ttl, authorizations: [{ topic, channels, permissions }] };
}

/** A connection that has said who it is. */
async function authenticated(secret: string | Buffer = "secret", port = node.tcpPort): Promise<Client> {
  const client = await connect(port);
  client.send(withBody("AUTH", secret));
  await client.expectResponse(/^\{"identity":/);
  return client;
}

async function refused(answer: object, error: string): Promise<void> {
  authority.answer = answer;
  await using client = await connect(node.tcpPort);
  client.send(withBody("AUTH", "secret"));
  await client.expectFatal(error);
}

describe("[TA1] before AUTH", () => {
  test.each([
    ["SUB", "SUB t c\n"],
    ["PUB", pub("t", "x")],
    ["PUB", Buffer.from(pub("t", "x").toString("latin1").replace("\n", "\r\n"), "latin1")],
    ["MPUB", mpub("t", ["x"])],
    ["MPUB", withBody("MPUB t", "junk")],
    ["DPUB", withBody("DPUB t 100", "x")],
  ])("%s is refused", async (verb, command) => {
    await using client = await connect(node.tcpPort);

    client.send(command);

    await client.expectFatal(`E_AUTH_FIRST AUTH required before ${verb}`);
    expect(await node.hasTopic("t")).toBe(false);
  });

  test.each([
    [withBody("PUB !", "x"), 'E_BAD_TOPIC PUB topic name "!" is not valid'],
    [Buffer.concat([Buffer.from("PUB t\n"), int32(0)]), "E_BAD_MESSAGE PUB invalid message body size 0"],
    ["SUB t\n", "E_INVALID SUB insufficient number of parameters"],
    ["SUB t !\n", 'E_BAD_CHANNEL SUB channel name "!" is not valid'],
    ["RDY 1\n", "E_INVALID cannot RDY in current state"],
  ])("what is wrong with a command itself is said first: %j", async (command, error) => {
    await using client = await connect(node.tcpPort);

    client.send(command);

    await client.expectFatal(error);
  });

  test("what needs no leave is carried out", async () => {
    await using client = await connect(node.tcpPort);

    client.send("NOP\n");
    client.identify({});

    await client.expectOk();
  });
});

describe("[TA2] an authorisation server is asked", () => {
  test("with what is known of the client, in nsqd's order and escapes", async () => {
    await using _ = await authenticated(Buffer.from("a b&c=/~*ü\xff", "latin1"));

    expect(authority.asked).toMatchObject([
      {
        method: "GET",
        path: "/auth",
        query: "common_name=&remote_ip=127.0.0.1&secret=a+b%26c%3D%2F~%2A%FC%FF&tls=false",
        headers: { accept: "application/vnd.nsq; version=1.0" },
      },
    ]);
  });

  test("at the whole address when it has a scheme", async () => {
    await using other = await startNode({ "auth-http-address": `http://${authority.address}/who/is` });
    await using _ = await authenticated("secret", other.tcpPort);

    expect(authority.asked[0]).toMatchObject({ path: "/who/is" });
  });

  test("with the name of the client's certificate, over TLS", async () => {
    const shown = certificate({ subject: "a client" });
    await using guarded = await startNode({
      ...serverFlags,
      "tls-client-auth-policy": "require",
      "auth-http-address": authority.address,
    });
    const options = { cert: shown.certPem, key: shown.keyPem };
    const { client } = await connectUpgraded(guarded.tcpPort, { tls_v1: true, snappy: true }, options);
    await using _ = client;

    client.send(withBody("AUTH", "secret"));

    await client.expectResponse(/everybody/);
    expect(authority.asked[0]!.query).toBe("common_name=a+client&remote_ip=127.0.0.1&secret=secret&tls=true");
  });
});

test("[TA3] asked by POST the question is JSON, each field an array of one", async () => {
  await using other = await startNode({
    "auth-http-address": authority.address,
    "auth-http-request-method": "post",
  });
  await using _ = await authenticated('"quoted"', other.tcpPort);

  const [asked] = authority.asked;
  expect(asked).toMatchObject({ method: "POST", path: "/auth", query: "" });
  expect(asked!.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(asked!.body)).toEqual({
    common_name: [""],
    remote_ip: ["127.0.0.1"],
    secret: ['"quoted"'],
    tls: ["false"],
  });
});

describe("[TA4] AUTH is answered", () => {
  test("with identity, its address and how many authorisations there are", async () => {
    await using client = await connect(node.tcpPort);

    client.send(withBody("AUTH", "secret"));

    const { authorizations: _, ttl: __, ...said } = everything;
    await client.expectResponse(JSON.stringify({ ...said, permission_count: 1 }));
  });

  test("and the identity is in the statistics", async () => {
    const topic = uniqueTopic();
    await using client = await authenticated();
    client.sub(topic, "channel");
    await client.expectOk();

    const { clients } = await node.channel(topic, "channel");

    expect(clients![0]).toMatchObject({
      authed: true,
      auth_identity: "everybody",
      auth_identity_url: "https://example.com/everybody",
    });
  });

  test("and what comes behind it waits for the answer", async () => {
    await using client = await connect(node.tcpPort);

    client.send(withBody("AUTH", "secret"), pub(uniqueTopic(), "x"), `SUB ${uniqueTopic()} c\n`, "RDY 1\n");

    await client.expectResponse(/permission_count/);
    await client.expectOk(2);
  });
});

describe("[TA5] AUTH is said once,", () => {
  test("and refused after that", async () => {
    await using client = await authenticated();

    client.send(withBody("AUTH", "secret"));

    await client.expectFatal("E_INVALID AUTH already set");
  });

  test.each([
    ["AUTH x\n", "E_INVALID AUTH invalid number of parameters"],
    [Buffer.concat([Buffer.from("AUTH\n"), int32(0)]), "E_BAD_BODY AUTH invalid body size 0"],
    [
      Buffer.concat([Buffer.from("AUTH\n"), int32(2 ** 30)]),
      `E_BAD_BODY AUTH body too big ${2 ** 30} > 5242880`,
    ],
  ])("in order: %j", async (command, error) => {
    await using client = await connect(node.tcpPort);

    client.send(command);

    await client.expectFatal(error);
  });
});

test("[TA6] AUTH where nobody is asked is refused as such", async () => {
  await using open = await startNode();
  await using client = await connect(open.tcpPort);

  client.send(withBody("AUTH", "secret"));

  await client.expectFatal("E_AUTH_DISABLED AUTH disabled");
});

describe("[TA7] no leave comes of", () => {
  const failed = "E_AUTH_FAILED AUTH failed";
  const [granted] = everything.authorizations;

  test.each<[string, object]>([
    ["403", { status: 403, text: "no" }],
    ["500", { status: 500, text: JSON.stringify(everything) }],
    ["a redirect", { status: 302, text: "" }],
    ["an empty reply", { status: 200, text: "" }],
    ["what is no JSON", { status: 200, text: "{" }],
    ["JSON of another kind", { status: 200, text: "[]" }],
    ["a ttl of 0", { ...everything, ttl: 0 }],
    ["a negative ttl", { ...everything, ttl: -1 }],
    ["no ttl", { ...everything, ttl: undefined }],
    ["a ttl in parts", { ...everything, ttl: 1.5 }],
    ["an unknown permission", { ...everything, authorizations: [{ ...granted, permissions: ["own"] }] }],
    ["a topic's pattern that is none", { ...everything, authorizations: [{ ...granted, topic: "(" }] }],
    [
      "a channel's pattern that is none",
      { ...everything, authorizations: [{ ...granted, channels: ["a**"] }] },
    ],
    ["a pattern that Go has not", { ...everything, authorizations: [{ ...granted, topic: "(?=a)" }] }],
    ["channels that are no list", { ...everything, authorizations: [{ ...granted, channels: ".*" }] }],
  ])("%s", (_, answer) => refused(answer, failed));
});

test("[TA8] no authorisations at all are said as such", async () => {
  await refused({ ...everything, authorizations: [] }, "E_UNAUTHORIZED AUTH no authorizations found");
  await refused({ ...everything, authorizations: null }, "E_UNAUTHORIZED AUTH no authorizations found");
});

describe("[TA9] without leave", () => {
  test.each([
    ["SUB", "SUB other c\n", '"other" "c"'],
    ["SUB", "SUB t other\n", '"t" "other"'],
    ["PUB", pub("other", "x"), '"other" ""'],
    ["MPUB", mpub("other", ["x"]), '"other" ""'],
    ["DPUB", withBody("DPUB other 0", "x"), '"other" ""'],
  ])("%s says of what: %j", async (verb, command, what) => {
    authority.answer = allow("^t$", ["^c?$"], ["subscribe", "publish"]);
    await using client = await authenticated();

    client.send(command);

    await client.expectFatal(`E_UNAUTHORIZED AUTH failed for ${verb} on ${what}`);
    expect(await node.hasTopic("other")).toBe(false);
  });

  test.each([
    ["subscribe", pub("t", "x"), "PUB"],
    ["publish", "SUB t c\n", "SUB"],
  ])("to do more than %s a client may do no more", async (permission, command, verb) => {
    authority.answer = allow(".*", [".*"], [permission]);
    await using client = await authenticated();

    client.send(command);

    await client.expectFatal(new RegExp(`^E_UNAUTHORIZED AUTH failed for ${verb} on`));
  });

  test("of one topic a client may publish to the other, time and again, and is stopped at the first", async () => {
    const topic = uniqueTopic();
    authority.answer = allow(`^${topic}$`, [".*"], ["publish"]);
    await using client = await authenticated();

    for (let i = 0; i < 3; i++) client.pub(topic, "mine");
    client.pub("other", "not mine");

    await client.expectOk(3);
    await client.expectFatal('E_UNAUTHORIZED AUTH failed for PUB on "other" ""');
    expect((await node.topic(topic)).depth).toBe(3);
  });
});

describe("[TA10] patterns", () => {
  test.each([
    ["find a part of a name", "rder", ["han"], "SUB orders channel#ephemeral\n"],
    ["may be anchored", "^orders$", ["^channel"], "SUB orders channel#ephemeral\n"],
    ["are Go's", "^(?i)ORD[[:alpha:]]+\\z", ["\\Qhann\\E"], "SUB orders channel#ephemeral\n"],
    ["match everything when empty", "", [""], "SUB orders channel#ephemeral\n"],
  ])("%s", async (_, topic, channels, command) => {
    authority.answer = allow(topic, channels, ["subscribe"]);
    await using client = await authenticated();

    client.send(command);

    await client.expectOk();
  });

  test.each([
    [["^c$"], false],
    [["^c$", ""], true],
    [["^$"], true],
    [[], false],
  ])("of channels %j let publish: %s", async (channels, isAllowed) => {
    authority.answer = allow(".*", channels, ["publish"]);
    await using client = await authenticated();

    client.pub("orders#ephemeral", "x");

    if (isAllowed) await client.expectOk();
    else await client.expectFatal('E_UNAUTHORIZED AUTH failed for PUB on "orders#ephemeral" ""');
  });
});

describe("[TA11] after the time to live", () => {
  test("the next command asks again and goes on", async () => {
    const topic = uniqueTopic();
    authority.answer = allow(".*", [".*"], ["publish", "subscribe"], 1);
    await using client = await authenticated();
    client.pub(topic, "at first");
    await client.expectOk();
    expect(authority.asked).toHaveLength(1);

    await eventually(async () => {
      client.pub(topic, "later");
      client.mpub(topic, ["later", "and later"]);
      await client.expectOk(2);
      expect(authority.asked.length).toBeGreaterThan(1);
    });
    client.sub(topic, "channel");
    await client.expectOk();
    client.rdy(1);

    expect((await client.nextMessage()).body.toString()).toBe("at first");
  });

  test.each<[string, object, RegExp]>([
    ["fails when nobody answers", { status: 500, text: "" }, /^E_AUTH_FAILED AUTH failed$/],
    [
      "is refused when leave was taken back",
      allow("^z$", [".*"], ["publish"]),
      /^E_UNAUTHORIZED AUTH failed for PUB/,
    ],
    [
      "is refused when nothing is left",
      { ...everything, authorizations: [] },
      /^E_UNAUTHORIZED AUTH failed for PUB/,
    ],
  ])("it %s", async (_, answer, error) => {
    const topic = uniqueTopic();
    authority.answer = allow(".*", [".*"], ["publish"], 1);
    await using client = await authenticated();
    authority.answer = answer;

    const last = await eventually(async () => {
      client.pub(topic, "x".repeat(100_000));
      const frame = await client.nextFrame();
      if (frame.type !== "error") throw new Error("not expired yet");
      return frame;
    });

    expect(last.text).toMatch(error);
    await client.expectClose();
  });

  test("FIN, REQ, TOUCH and RDY are not asked about", async () => {
    const topic = uniqueTopic();
    authority.answer = allow(".*", [".*"], ["publish", "subscribe"], 1);
    await using client = await authenticated();
    client.pub(topic, "one");
    client.sub(topic, "channel");
    await client.expectOk(2);
    authority.answer = { status: 500, text: "" };
    await using other = await authenticatedUntilExpired(topic);
    await other.expectClose();

    client.rdy(1);
    const message = await client.nextMessage();
    client.touch(message.id);
    client.fin(message.id);

    await eventually(async () => {
      const { clients } = await node.channel(topic, "channel");
      expect(clients![0]).toMatchObject({ finish_count: 1 });
    });
  });

  /** A client whose leave has ended as long ago as any that was given before it. */
  async function authenticatedUntilExpired(topic: string): Promise<Client> {
    authority.answer = allow(".*", [".*"], ["publish"], 1);
    const client = await authenticated();
    authority.answer = { status: 500, text: "" };
    await eventually(async () => {
      client.pub(topic, "y");
      const frame = await client.nextFrame();
      if (frame.type !== "error") throw new Error("not expired yet");
    });
    return client;
  }
});

test("[TA12] HTTP is open, whoever may what over TCP", async () => {
  authority.answer = { status: 500, text: "" };

  await node.act(`/pub?topic=${uniqueTopic()}`, "x");

  expect(authority.asked).toHaveLength(0);
});

test("[TI16] auth_required says that somebody is asked", async () => {
  const { client, reply } = await connectUpgraded(node.tcpPort, {});
  await using _ = client;

  expect(reply).toMatchObject({ auth_required: true });
});
