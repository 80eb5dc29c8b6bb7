import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { metricsPage } from "./metrics-page.ts";
import { root } from "./rules.ts";

test("[ME6] docs/metrics.md has every metric as it is (npm run docs)", () => {
  expect(readFileSync(join(root, "docs/metrics.md"), "utf8")).toBe(metricsPage());
});
