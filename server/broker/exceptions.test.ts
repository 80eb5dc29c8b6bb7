import { expect, test } from "vitest";
import { Exception, Exceptions } from "./exceptions.ts";
import { Log } from "./log.ts";
import { SlabPool } from "./slab.ts";

const log = new Log(5, "orders", new SlabPool());

function exceptionsWith(...seqs: number[]) {
  let bytes = 0;
  const exceptions = new Exceptions((change) => {
    bytes += change;
  });
  const items = seqs.map((seq) => new Exception(log, seq, 1, Buffer.alloc(100), false));
  for (const item of items) exceptions.add(item);
  return { exceptions, items, bytes: () => bytes };
}

test("[C2] an exception is waiting, held or deferred, and counted as exactly that", () => {
  const { exceptions, items } = exceptionsWith(1);
  const exception = items[0]!;
  const counts = () => [exceptions.waitingCount, exceptions.deferredCount, exceptions.timed.length];

  exceptions.wait(exception);
  expect(counts()).toEqual([1, 0, 0]);
  expect(exceptions.takeWaiting()).toBe(exception);
  exceptions.hold(exception, null, 0, 50);
  expect(counts()).toEqual([0, 0, 1]);
  exceptions.defer(exception, 80);
  expect(counts()).toEqual([0, 1, 1]);
  exceptions.wait(exception);
  expect(counts()).toEqual([1, 0, 0]);
  exceptions.takeWaiting();
  exceptions.remove(exception);
  expect(counts()).toEqual([0, 0, 0]);
  expect(exceptions.size).toBe(0);
});

test("[C2] what waits goes out in order of arrival; what could not go is first again", () => {
  const { exceptions, items } = exceptionsWith(3, 1, 2);
  for (const item of items) exceptions.wait(item);

  const first = exceptions.takeWaiting()!;
  exceptions.untake(first);

  const order = [exceptions.takeWaiting(), exceptions.takeWaiting(), exceptions.takeWaiting()];
  expect(order.map((item) => item?.seq)).toEqual([3, 1, 2]);
  expect(exceptions.takeWaiting()).toBeUndefined();
});

test("[C2] what exceptions weigh is charged, and given back to the last byte", () => {
  const { exceptions, items, bytes } = exceptionsWith(1, 2, 3);
  expect(bytes()).toBeGreaterThan(300);

  exceptions.setFrame(items[0]!, null);
  exceptions.setFrame(items[1]!, Buffer.alloc(5_000));
  exceptions.remove(items[2]!);
  exceptions.remove(items[2]!);
  exceptions.clear();

  expect(bytes()).toBe(0);
  expect(exceptions.lowest(log)).toBeUndefined();
});

test("[C2] an exception is found by the id a client names", () => {
  const { exceptions, items } = exceptionsWith(7, 4);
  expect(exceptions.find(5, 4)).toBe(items[1]);
  expect(exceptions.find(6, 4)).toBeUndefined();
  expect(exceptions.get(log, 7)).toBe(items[0]);
  expect(exceptions.lowest(log)).toBe(4);
  expect(exceptions.of(log).map(({ seq }) => seq)).toEqual([7, 4]);
});

test("[C5] what was delivered more than five times and is still owed is counted, however it came and went", () => {
  const { exceptions, items } = exceptionsWith(1, 2);
  const [often, twice] = items as [Exception, Exception];
  for (let delivery = 0; delivery < 5; delivery++) {
    expect(exceptions.poisonCount).toBe(0);
    exceptions.countDelivery(often);
  }
  exceptions.countDelivery(often);
  exceptions.countDelivery(twice);
  const restored = new Exception(log, 3, 9, null, true);
  exceptions.add(restored);

  expect(exceptions.poisonCount).toBe(2);
  exceptions.remove(often);
  exceptions.remove(often);
  exceptions.remove(twice);
  expect(exceptions.poisonCount).toBe(1);
  exceptions.clear();
  expect(exceptions.poisonCount).toBe(0);
});
