import { expect, test } from "vitest";
import { firstPublishMs, firstPublishWithinMs } from "./first-publish.ts";

test("[SU1] the first PUB is accepted within 300 ms of exec when there is no Postgres", async () => {
  expect(await firstPublishMs({})).toBeLessThan(firstPublishWithinMs);
});

test("[SU1] the first PUB is accepted within 300 ms of exec when Postgres does not answer", async () => {
  // Port 9 of this machine: nobody listens.
  const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" };

  expect(await firstPublishMs({ env })).toBeLessThan(firstPublishWithinMs);
});
