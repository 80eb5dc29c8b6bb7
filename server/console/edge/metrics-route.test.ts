import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { parseExposition } from "../../testing/exposition.ts";
import { liveNode, liveTopic, ScriptedNode } from "../testing/scripted-node.ts";
import { TestConsole } from "../testing/test-console.ts";

test("[ME5] a console tells without a session how many it watches and who watches it, and names none", async () => {
  await using node = await ScriptedNode.start();
  await using weir = await TestConsole.start([node.key, "127.0.0.1:1"], {
    database: () => ({ state: "down", sinceMs: 0, reason: "no route to db.example.com" }),
    version: "1.2.3",
  });
  await eventually(() => expect(node.live.size).toBe(1));
  node.say({
    type: "snapshot",
    rev: 1,
    atMs: 1,
    node: liveNode(),
    topics: [liveTopic("orders"), liveTopic("u")],
  });
  await weir.signIn();
  await weir.connect();

  await eventually(async () => {
    const response = await fetch(`${weir.url}/metrics`);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).not.toMatch(/orders|127\.0\.0\.1|example/);
    const { samples } = parseExposition(text);
    expect(Object.fromEntries(samples)).toMatchObject({
      [`weir_info{role="console",version="1.2.3",node="${process.versions.node}"}`]: 1,
      weir_console_topics: 2,
      weir_console_browsers: 1,
      weir_console_database_up: 0,
      'weir_console_nodes{state="up"}': 1,
      'weir_console_nodes{state="silent"}': 0,
      'weir_console_nodes{state="connecting"}': 1,
      'weir_console_problems{severity="warn"}': expect.any(Number),
    });
    expect(samples.has('weir_console_lookups{state="up"}')).toBe(false);
  });
});
