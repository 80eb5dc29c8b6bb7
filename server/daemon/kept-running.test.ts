import { expect, test } from "vitest";
import { KeptRunning, type Running } from "./kept-running.ts";

/** Something whose starts and ends a test decides. */
function subject() {
  const starts: { fail: (why: string) => void; come: () => void }[] = [];
  const lives: { die: (how: string) => void; stopped: boolean; isDone: boolean }[] = [];
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  return {
    starts,
    lives,
    lines,
    /** Resolves at the next start. */
    nextStart: () => new Promise<void>((resolve) => waiting.push(resolve)),
    options: {
      name: "it",
      pauseMs: { first: 1, max: 4 },
      report: (line: string) => void lines.push(line),
      start: () => {
        const { promise, resolve, reject } = Promise.withResolvers<Running>();
        starts.push({ fail: (why) => reject(new Error(why)), come: () => resolve(live()) });
        waiting.shift()?.();
        return promise;
      },
    },
  };

  function live(): Running {
    const { promise, resolve } = Promise.withResolvers<string>();
    const life = { die: resolve, stopped: false, isDone: false };
    lives.push(life);
    return {
      ended: promise,
      isDone: () => life.isDone,
      stop: async () => {
        life.stopped = true;
        resolve("stopped");
      },
    };
  }
}

async function started() {
  const it = subject();
  const kept = KeptRunning.start(it.options);
  it.starts[0]!.come();
  return { it, kept: await kept };
}

test("[UP1] what does not come up the first time is the caller's to know", async () => {
  const it = subject();
  const kept = KeptRunning.start(it.options);
  it.starts[0]!.fail("port in use");

  await expect(kept).rejects.toThrow("port in use");
  expect(it.starts).toHaveLength(1);
});

test("[UP2] what dies is started again, with a growing pause while that fails", async () => {
  const { it, kept } = await started();

  it.lives[0]!.die("SIGKILL");
  for (const why of ["one", "two", "three"]) {
    await it.nextStart();
    it.starts.at(-1)!.fail(why);
  }
  await it.nextStart();
  it.starts.at(-1)!.come();
  await expect.poll(() => it.lines.at(-1)).toBe("it is back");
  await kept.stop();

  expect(it.lines).toEqual([
    "it ended (SIGKILL), starting it again in 0.001 s",
    "it did not start (one), starting it again in 0.002 s",
    "it did not start (two), starting it again in 0.004 s",
    "it did not start (three), starting it again in 0.004 s",
    "it is back",
  ]);
});

test("[UP9] what says that it is done is not started again, and can be stopped all the same", async () => {
  const it = subject();
  const kept = KeptRunning.start(it.options);
  it.starts[0]!.come();
  const running = await kept;
  it.lives[0]!.isDone = true;
  it.lives[0]!.die("exit code 0");
  await expect.poll(() => it.lines).toEqual(["it has nothing left to do and is not started again"]);

  await running.stop();
  expect(it.starts).toHaveLength(1);
  expect(it.lives[0]!.stopped).toBe(false);
});

test("[UP3] what was stopped is not started again", async () => {
  const { it, kept } = await started();

  await kept.stop();

  expect(it.lives[0]!.stopped).toBe(true);
  expect(it.starts).toHaveLength(1);
});

test("[UP3] a stop during the pause does not wait for its end", async () => {
  const it = subject();
  const starting = KeptRunning.start({ ...it.options, pauseMs: { first: 3_600_000, max: 3_600_000 } });
  it.starts[0]!.come();
  const kept = await starting;
  it.lives[0]!.die("SIGSEGV");
  await expect.poll(() => it.lines.length).toBe(1);

  await kept.stop();

  expect(it.starts).toHaveLength(1);
});
