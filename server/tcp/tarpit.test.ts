import { describe, expect, test } from "vitest";
import { type Client, connect } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { TcpServer } from "../testing/tcp-server.ts";
import { Tarpit } from "./tarpit.ts";

const faultsMax = 40;
const heldMs = 1_000;
const endsMax = 512;
const addressesMax = 4_096;
const nothing = () => {};

/** A tarpit in which `host` has had all the faults that are forgiven. */
function exhausted(host: string, nowMs = 0): Tarpit {
  const tarpit = new Tarpit();
  for (let i = 0; i < faultsMax; i++) expect(tarpit.hold(host, nowMs, nothing)).toBeNull();
  return tarpit;
}

describe("[SE11] the tarpit", () => {
  test("[SE11] holds back an end for a second once an address has had its faults, and nobody else's", () => {
    const tarpit = exhausted("a", 500);
    const ended: string[] = [];

    expect(tarpit.hold("a", 500, () => ended.push("a"))).not.toBeNull();
    expect(tarpit.hold("b", 500, nothing)).toBeNull();

    tarpit.tick(500 + heldMs - 1);
    expect(ended).toEqual([]);
    tarpit.tick(500 + heldMs);
    tarpit.tick(500 + 2 * heldMs);
    expect(ended).toEqual(["a"]);
  });

  test("[SE11] forgives again as time goes by", () => {
    const tarpit = exhausted("a");
    expect(tarpit.hold("a", 10, nothing)).not.toBeNull();

    expect(tarpit.hold("a", 1_000, nothing)).toBeNull();
    const rested = Array.from({ length: faultsMax + 1 }, () => tarpit.hold("a", 100_000, nothing));
    expect(rested.filter((forget) => forget === null)).toHaveLength(faultsMax);
  });

  test("[SE11] calls no end that was forgotten", () => {
    const tarpit = exhausted("a");
    let ends = 0;
    const forget = tarpit.hold("a", 0, () => ends++)!;
    tarpit.hold("a", 0, () => ends++);

    forget();

    tarpit.tick(heldMs);
    expect(ends).toBe(1);
  });

  test("[SE11] holds so many ends and remembers so many addresses, and no more", () => {
    const tarpit = exhausted("a");
    const held = Array.from({ length: endsMax + 10 }, () => tarpit.hold("a", 0, nothing));
    expect(held.filter((forget) => forget !== null)).toHaveLength(endsMax);

    for (let i = 0; i < addressesMax; i++) tarpit.hold(`b${i}`, 0, nothing);
    tarpit.tick(heldMs);

    expect(tarpit.hold("a", heldMs, nothing)).toBeNull();
  });
});

describe("a client that connects, fails, and connects again", () => {
  async function failing(port: number): Promise<Client> {
    const client = await connect(port, { magic: "GET / HTTP/1.1\r\n" });
    await client.expectError("E_BAD_PROTOCOL");
    return client;
  }

  async function failTimes(port: number, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      await using _ = await failing(port);
    }
  }

  test("[SE11] is answered at once every time, and after some faults let go late and not read meanwhile", async () => {
    await using server = new TcpServer();
    const port = await server.listen();
    await failTimes(port, faultsMax);
    await eventually(() => expect(server.listener.sessions.size).toBe(0));

    await using client = await failing(port);
    client.send("x".repeat(1_000_000));
    await using other = await connect(port);
    await other.expectAlive();
    expect(server.listener.sessions.size).toBe(2);

    server.move(heldMs);

    await client.expectClose();
  });

  test("[SE11] keeps no place when it does not wait for the end", async () => {
    await using server = new TcpServer();
    const port = await server.listen();
    await failTimes(port, faultsMax);

    await using _ = await failing(port);
    server.move(heldMs);

    await eventually(() => expect(server.listener.sessions.size).toBe(0));
  });
});
