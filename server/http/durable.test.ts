import { expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { HeldStore } from "../testing/held-store.ts";
import { startServer } from "../testing/http-server.ts";

const timeoutMs = 5_000;
const durability = { timeoutMs, isDurable: (topic: string) => topic === "invoices" };

test.each([
  ["/pub", "one"],
  ["/mpub", "one\ntwo\nthree"],
])("[DU5] %s to a durable topic answers when the store has it", async (path, body) => {
  const store = new HeldStore();
  await using server = await startServer({ backlog: store, durability });
  let answered = false;
  const reply = server.post(`${path}?topic=invoices`, body).finally(() => {
    answered = true;
  });
  await eventually(() => expect(store.waiting).toHaveLength(1));
  expect((await server.post(`${path}?topic=other`, body)).status).toBe(200);
  expect(answered).toBe(false);

  store.store();

  expect(await reply).toMatchObject({ status: 200, text: "OK" });
});

test.each(["/pub", "/mpub"])("[DU5] %s is refused with 503 when the store takes too long", async (path) => {
  const store = new HeldStore();
  await using server = await startServer({ backlog: store, durability });
  const reply = server.post(`${path}?topic=invoices`, "one");
  await eventually(() => expect(store.waiting).toHaveLength(1));

  server.move(timeoutMs);
  server.broker.tick();

  expect(await reply).toMatchObject({ status: 503, text: expect.stringContaining("NOT_STORED") });
});

test.each(["/pub", "/mpub"])(
  "[DU7] %s is refused at once while the database may lose what it confirms",
  async (path) => {
    await using server = await startServer({ durability, refusesDurable: () => true });

    expect((await server.post(`${path}?topic=other`, "x")).status).toBe(200);
    expect((await server.post(`${path}?topic=invoices`, "x")).status).toBe(503);
  },
);
