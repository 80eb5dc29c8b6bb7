/** All connections of one node. */
import { z } from "zod";
import type { Subscription } from "../collector/subscription.ts";
import { type NodeClientsView, readRowsShownMax } from "../contract/index.ts";
import { askNodes, count, text } from "./ask-nodes.ts";

const answer = z.object({
  total: count,
  clients: z
    .array(
      z.object({
        clientId: text,
        hostname: text,
        address: text,
        userAgent: text,
        connectedAtMs: z.number(),
        topic: z.string().max(128).nullable(),
        channel: z.string().max(128).nullable(),
        readyCount: count,
        inFlight: count,
        finishCount: count,
        requeueCount: count,
        publishCount: count,
        tls: z.boolean(),
      }),
    )
    .max(readRowsShownMax),
});

export async function readClients(node: Subscription, atMs: number): Promise<NodeClientsView> {
  const [asked] = await askNodes([node], {
    ...{ path: "/v1/clients", query: { limit: String(readRowsShownMax) }, schema: answer },
    total: ({ total }) => total,
  });
  const rows = (asked!.answer?.clients ?? []).map((one, at) => ({
    ...one,
    // Clients of a unix socket have one address together.
    key: one.address.startsWith("@") ? `${one.address} ${at}` : one.address,
  }));
  return { atMs, read: asked!.read, rows };
}
