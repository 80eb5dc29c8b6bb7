import { expect, test } from "vitest";
import { Gate } from "./gate.ts";

test("[UT5] no more than so many are inside, and who waits comes in turn, also behind one that fails", async () => {
  const gate = new Gate(2);
  const started: number[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const runs = Array.from({ length: 5 }, (_, number) => {
    const end = Promise.withResolvers<void>();
    ends.push(end);
    return gate.run(() => {
      started.push(number);
      return end.promise;
    });
  });
  const settled = Promise.allSettled(runs);

  expect(started).toEqual([0, 1]);
  ends[1]!.reject(new Error("no"));
  await expect(runs[1]).rejects.toThrow("no");
  expect(started).toEqual([0, 1, 2]);
  for (const end of ends) end.resolve();

  expect((await settled).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
});
