import type { Page } from "@playwright/test";
import axe, { type AxeResults, type RunOptions } from "axe-core";

/** What axe finds in a page; `within` a selector, and by the rules of these tags alone. It has no frames to look into. */
export async function violationsOf(
  page: Page,
  { within, tags }: { within?: string; tags?: readonly string[] } = {},
): Promise<AxeResults["violations"]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const options: RunOptions = {
    // Nothing is told of what passes, and no style sheets are fetched again.
    resultTypes: ["violations"],
    preload: false,
    ...(tags && { runOnly: [...tags] }),
  };
  const { violations } = await page.evaluate(
    ({ within, options }) => (window as unknown as { axe: typeof axe }).axe.run(within ?? document, options),
    { within, options },
  );
  return violations;
}

/** For pages of which many are looked at: each comes with axe in it. */
export function bringAxe(page: Page): Promise<unknown> {
  return page.addInitScript(axe.source);
}
