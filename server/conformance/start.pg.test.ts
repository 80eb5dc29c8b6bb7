import { expect, test } from "vitest";
import { freshDatabase } from "../testing/postgres.ts";
import { firstPublishMs, firstPublishWithinMs } from "./first-publish.ts";

test("[SU1] the first PUB is accepted within 300 ms of exec when Postgres is there", async () => {
  await using database = await freshDatabase();

  expect(await firstPublishMs({ env: { DATABASE_URL: database.url } })).toBeLessThan(firstPublishWithinMs);
});
