import Fastify from "fastify";
import { describe, expect, test } from "vitest";
import {
  type Action,
  type Actor,
  actions,
  apiBase,
  matches,
  type Role,
  rights,
  roleRights,
} from "../contract/index.ts";
import { authorize, demand, sightKey, system } from "./authorize.ts";
import { requirePolicies } from "./policy.ts";

function actor(role: Role, topics = ["*"], channels = ["*"]): Actor {
  return { kind: "user", name: role, role, rights: roleRights[role], topics, channels };
}
const verdict = (who: Actor, action: Action, topic?: string, channel?: string) => {
  const answer = authorize(who, action, { topic, channel });
  return answer.ok ? "ok" : answer.code;
};

test("[PE1] a route of the API without a policy is refused when it is added", () => {
  const app = Fastify({ exposeHeadRoutes: false });
  const table = requirePolicies(app);
  app.get(`${apiBase}/good`, { config: { policy: { action: "read" } } }, () => "");

  expect(() => app.get(`${apiBase}/bad`, () => "")).toThrow("GET /api/v1/bad has no policy");
  expect(table.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /api/v1/good"]);
});

test("[PE2] out of sight is not found, in sight and not allowed is forbidden, with what is missing", () => {
  const operator = actor("operator", ["orders.*"], ["billing*"]);

  expect(verdict(operator, "pause", "orders.eu", "billing-2")).toBe("ok");
  expect(verdict(operator, "pause", "secret")).toBe("not-found");
  expect(verdict(operator, "read", "orders.eu", "audit")).toBe("not-found");
  expect(verdict(actor("viewer"), "pause", "orders.eu")).toBe("forbidden");
  expect(() => demand(actor("viewer"), "pause", { topic: "orders.eu" })).toThrow(
    "That needs the role operator on orders.eu.",
  );
  expect(verdict(actor("admin"), "read-bodies", "orders.eu")).toBe("forbidden");
  expect(authorize(actor("admin"), "read-bodies", { topic: "t" })).toMatchObject({
    needs: { role: null, on: "t" },
  });
});

test("[PE4] what concerns everybody's topics needs globs that leave nothing out", () => {
  const some = actor("admin", ["orders.*"]);

  expect(verdict(some, "drain")).toBe("forbidden");
  expect(verdict(some, "manage-users")).toBe("forbidden");
  expect(verdict(actor("admin"), "drain")).toBe("ok");
  expect(verdict(actor("operator", ["*"], ["billing"]), "delete", "orders")).toBe("forbidden");
  expect(verdict(actor("operator", ["*"], ["billing"]), "delete", "orders", "billing")).toBe("ok");
});

test("[PE4] a token never touches its owner's account, and the console itself may do all", () => {
  expect(verdict({ ...actor("admin"), kind: "token", rights }, "own")).toBe("forbidden");
  for (const action of Object.keys(actions) as Action[]) expect(verdict(system, action, "t")).toBe("ok");
  expect(sightKey(system)).toBe("");
  expect(sightKey(actor("viewer", ["a"]))).not.toBe(sightKey(actor("viewer", ["b"])));
});

describe("globs", () => {
  test.each([
    ["orders.*", "orders.eu", true],
    ["orders.*", "orders", false],
    ["orders", "orders-secret", false],
    ["orders", "my-orders", false],
    ["orders", "orders#ephemeral", false],
    ["orders*", "orders#ephemeral", true],
    ["*#ephemeral", "x#ephemeral", true],
    ["Orders", "orders", false],
    ["o.ders", "orders", false],
    ["*.eu.*", "a.eu.b.eu.c", true],
    ["*", "", true],
    ["", "a", false],
    ["a*b*c", "aXbXbXc", true],
    ["a*b*c", "aXbXbX", false],
    ["__proto__", "__proto__", true],
  ])("[PE3] %s and %s: %s", (glob, name, expected) => {
    expect(matches(glob, name)).toBe(expected);
  });

  test("[PE3] no pattern makes it slow", () => {
    const startedMs = performance.now();

    expect(matches(`${"*a".repeat(32)}b`, "a".repeat(64))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(50);
  });
});
