import { randomUUID } from "node:crypto";
import { type APIRequestContext, expect } from "@playwright/test";
import { Consumer } from "../consumer.ts";
import type { System } from "../system.ts";

/** What pages are about; their addresses are made of it. */
export interface World {
  /** As pages' addresses name it. */
  readonly node: string;
  readonly message: string;
  readonly job: string;
  /** Signs somebody in who may look at `orders` alone; good once. */
  readonly viewerUrl: string;
}

/** Gives each page something to show: topics of each kind, a channel that is behind, somebody, a job, a rule. */
export async function furnish(system: System, request: APIRequestContext): Promise<World> {
  const post = async <Answer = unknown>(path: string, data: object): Promise<Answer> => {
    const answer = await request.post(`${system.url}/api/v1/${path}`, {
      data,
      headers: { origin: system.url },
    });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  const at = (path: string) => fetch(`${system.http}/${path}`, { method: "POST" });

  for (const topic of ["orders", "orders", "orders", "invoices", "sessions#ephemeral"])
    await system.publish(topic, '{"total": 12}');
  await at(`channel/create?topic=sessions%23ephemeral&channel=held%23ephemeral`);
  await at(`channel/pause?topic=sessions%23ephemeral&channel=held%23ephemeral`);
  const consumer = new Consumer(system.tcp, "orders", "billing");
  const [first, second] = [await consumer.next(), await consumer.next()];
  first!.finish();
  second!.requeue(600_000, false);

  const job = randomUUID();
  // The console hears of a channel with the node's next tick.
  await expect(() =>
    post("jobs", {
      ...{ id: job, kind: "requeue", topic: "orders", channel: "billing" },
      confirm: { name: "billing" },
    }),
  ).toPass({ timeout: 10_000 });
  const everything = { topics: ["*"], channels: ["*"] };
  await post("tokens", { name: "deploy", rights: ["read"], ...everything, days: 30 });
  await post("alerts/rules", {
    ...{ name: "Orders wait", condition: "depth", threshold: 1, forMs: 60_000, severity: "warn" },
    ...{ topics: "orders", channels: "*", enabled: true },
  });
  const { path } = await post<{ path: string }>("users", {
    ...{ name: "vera", role: "viewer", topics: ["orders"], channels: ["*"], readsBodies: false },
  });
  await untilStill(system, request);
  return {
    node: new URL(system.http).host,
    message: first!.id,
    job,
    viewerUrl: `${system.url}${path}`,
  };
}

/** The console has heard of everything that was made: a row that comes moves what is below it, and rightly. */
async function untilStill(system: System, request: APIRequestContext): Promise<void> {
  let before = -1;
  const isStill = async () => {
    const answer = await request.get(`${system.url}/api/v1/topics`);
    const { data } = (await answer.json()) as { data: { total: number } };
    const isSame = data.total === before;
    before = data.total;
    return isSame;
  };
  await expect.poll(isStill, { intervals: [2_500], timeout: 30_000 }).toBe(true);
}
