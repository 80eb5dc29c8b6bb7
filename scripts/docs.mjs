// `npm run docs`: writes the pages that are made of the source.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodePath, root } from "./prepare.mjs";

if (nodePath() !== process.execPath) {
  const { status } = spawnSync(nodePath(), [fileURLToPath(import.meta.url)], { stdio: "inherit" });
  process.exit(status ?? 1);
}

const { configurationPage } = await import("../server/cli/configuration-page.ts");
const { compatibilityPage } = await import("../server/testing/compatibility-page.ts");
const { metricsPage } = await import("../server/testing/metrics-page.ts");
writeFileSync(join(root, "docs/configuration.md"), await configurationPage());
writeFileSync(join(root, "docs/compatibility.md"), compatibilityPage());
writeFileSync(join(root, "docs/metrics.md"), metricsPage());
