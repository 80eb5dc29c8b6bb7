import { afterAll, expect, test } from "vitest";
import { Producer } from "../../client/browser/index.ts";
import { startAuthServer } from "../testing/auth-server.ts";
import { BridgeWorld } from "../testing/bridge.ts";
import { CertificateFiles } from "../testing/certificate-files.ts";
import { certificate } from "../testing/certificates.ts";
import { eventually } from "../testing/eventually.ts";

const files = new CertificateFiles();
afterAll(() => files[Symbol.dispose]());

const authority = certificate({ subject: "nodes' authority", ca: true });
const tls = files.flags(certificate({ subject: "node", names: ["127.0.0.1"], issuer: authority }));
const tlsRootCaFile = files.write("authority.pem", authority.certPem);

test("[BC12] pages consume and publish at nodes that want TLS and AUTH, with what the console was given for it", async () => {
  await using authServer = await startAuthServer();
  await using world = await BridgeWorld.start(
    { ...tls, "tls-required": "tcp-https", "auth-http-address": authServer.address },
    { pageClients: { tlsV1: true, tlsRootCaFile, authSecret: "of the pages" } },
  );
  const bodies: string[] = [];
  const producer = new Producer({
    url: world.console.url,
    headers: { origin: world.console.url },
    token: async () => (await world.mint({ verbs: ["pub"] })).token,
  });

  await expect(producer.publish("secure", "x")).resolves.toEqual({ again: false });
  world.consume("secure", (message) => {
    bodies.push(message.text);
    return message.finish();
  });

  await eventually(() => expect(bodies).toEqual(["x"]));
  expect(authServer.asked[0]?.query).toContain("secret=of+the+pages");
  producer.close();
});

test.each([
  ["TLS", { ...tls, "tls-required": "tcp-https" }, /TLS|tls_v1/],
  ["AUTH", {}, /AUTH/],
])(
  "[BC12] without it the console's log says that %s is missing, and pages that no node answers",
  async (what, flags, said) => {
    await using authServer = await startAuthServer();
    const needed = what === "AUTH" ? { "auth-http-address": authServer.address } : flags;
    await using world = await BridgeWorld.start(needed);
    await world.node.act("/topic/create?topic=closed");
    const consumer = world.consume("closed", () => {});
    const nodes: number[] = [];
    consumer.on("nodes", (connected) => nodes.push(connected));
    await eventually(() => expect(consumer.state).toBe("consuming"));

    await eventually(() => expect(world.console.warnings.join("\n")).toMatch(said));

    expect(nodes.filter((connected) => connected > 0)).toEqual([]);
  },
);
