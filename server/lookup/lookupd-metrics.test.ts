import { expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { parseExposition } from "../testing/exposition.ts";
import { startLookupd } from "../testing/lookupd.ts";

test("[ME5] a lookup tells how many nodes, topics and channels it knows, and names none", async () => {
  await using lookupd = await startLookupd();
  await using node = await lookupd.node(["orders billing", "orders audit", "refunds"]);
  {
    await using gone = await lookupd.node(["orders billing", "left behind"], {
      tcp_port: 4152,
      http_port: 4153,
    });
    expect(await gone.ask("PING\n")).toBe("OK");
  }
  await lookupd.send("POST", "/topic/tombstone?topic=orders&node=node-1.example.com:4151");
  lookupd.advance(290_000);
  await node.ask("PING\n");
  lookupd.advance(20_000);
  const figures = async () => {
    const { status, text, headers } = await lookupd.send("GET", "/metrics");
    expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(text).not.toMatch(/orders|billing|node-1/);
    return Object.fromEntries(parseExposition(text).samples);
  };

  await eventually(async () => expect(await figures()).toMatchObject({ weir_lookup_nodes: 1 }));
  expect(await figures()).toMatchObject({
    [`weir_info{role="nsqlookupd",version="1.3.0",node="${process.versions.node}"}`]: 1,
    weir_lookup_topics: 3,
    weir_lookup_channels: 3,
    weir_lookup_nodes: 1,
    weir_lookup_active_nodes: 1,
    weir_lookup_registrations: 4,
    weir_lookup_tombstones: 0,
  });

  lookupd.advance(300_001);
  await lookupd.send("POST", "/topic/tombstone?topic=orders&node=node-1.example.com:4151");
  expect(await figures()).toMatchObject({
    weir_lookup_nodes: 1,
    weir_lookup_active_nodes: 0,
    weir_lookup_tombstones: 1,
  });
});
