import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { RE2JS } from "re2js";
import type { NsqToFileOptions } from "../cli/nsq-to-file-options.ts";
import { HttpCaller } from "../tools/http-caller.ts";
import { FileName } from "../tools/nsq-to-file/file-name.ts";
import { OutputFiles } from "../tools/nsq-to-file/output-files.ts";
import { RecordLog } from "../tools/nsq-to-file/record-log.ts";
import { TopicFiles } from "../tools/nsq-to-file/topic-files.ts";
import { topicNames } from "../tools/nsq-to-file/topic-names.ts";
import { Meter } from "../tools/progress.ts";
import { runUtility, type Utility, untilStopped } from "./utility.ts";
import { consumerOptions } from "./utility-clients.ts";

/** Ten thousand topics are not to ask the lookups, and connect to the nodes, all at once. */
const topicsAtOnce = 50;
const betweenTopicsMs = 100;

export async function runNsqToFile(options: NsqToFileOptions): Promise<void> {
  const log = { prefix: options["log-prefix"], level: options["log-level"] };
  await runUtility(log, async (utility) => {
    const isWanted = patternOf(options["topic-pattern"]);
    const meter = new Meter();
    const files = await topicFiles(options, utility, meter);
    process.on("SIGHUP", () => files.reopen());
    utility.progress(() => meter.text());

    const [wanted, unwanted] = partition(options.topic, isWanted);
    for (const topic of unwanted)
      utility.log("warn", `skipping topic ${topic} (doesn't match pattern ${options["topic-pattern"]})`);
    files.add(wanted);
    const found =
      options.topic.length > 0 ? untilStopped(utility) : findTopics(options, utility, isWanted, files);
    await Promise.race([found, files.failed]);
    await Promise.race([files.close(), files.failed]);
  });
}

async function topicFiles(options: NsqToFileOptions, utility: Utility, meter: Meter): Promise<TopicFiles> {
  const { gzip, "rotate-size": rotateBytes } = options;
  const rotateIntervalMs = options["rotate-interval"];
  // However they are written, they are told apart.
  const outputDir = resolve(options["output-dir"]);
  const workDir = resolve(options["work-dir"] || outputDir);
  const exclusive = gzip || rotateIntervalMs > 0;
  const naming = {
    filenameFormat: options["filename-format"],
    datetimeFormat: options["datetime-format"],
    hostIdentifier: options["host-identifier"],
    gzip,
    needsRevision: exclusive || rotateBytes > 0 || workDir !== outputDir,
  };
  const logSettings = {
    gzipLevel: gzip ? options["gzip-level"] : null,
    rotateBytes,
    rotateIntervalMs,
    unsyncedMax: options["max-in-flight"],
    skipEmptyFiles: options["skip-empty-files"],
  };
  const machine = { hostname: hostname(), pid: process.pid };
  new FileName(naming, "any", machine); // what is wrong for every topic ends the start
  const filesSettings = { workDir, outputDir, exclusive, rotateBytes };
  await new OutputFiles(filesSettings, () => {}).prepare();

  // What waits for a sync is not to come a second time.
  const consumer = { ...consumerOptions("nsq_to_file", options), autoTouch: true };
  const openLog = (topic: string, failed: (error: Error) => void) => {
    const info = (text: string) => utility.log("info", `[${topic}/${options.channel}] ${text}`);
    const names = new FileName(naming, topic, machine);
    return new RecordLog(logSettings, names, new OutputFiles(filesSettings, info), { info, failed });
  };
  return new TopicFiles({ consumer, syncIntervalMs: options["sync-interval"], openLog }, utility.log, meter);
}

/** Looks for topics at once, and again every --topic-refresh, until it is time to stop. */
async function findTopics(
  options: NsqToFileOptions,
  { log, stopped }: Utility,
  isWanted: (topic: string) => boolean,
  files: TopicFiles,
): Promise<void> {
  using http = new HttpCaller({
    connectTimeoutMs: options["http-client-connect-timeout"],
    requestTimeoutMs: options["http-client-request-timeout"],
    connectionsMax: 1,
  });
  while (!stopped.aborted) {
    const { topics, faults } = await topicNames(http, options["lookupd-http-address"]);
    for (const fault of faults) log("error", `could not retrieve topic list: ${fault}`);
    const isNew = (topic: string) => isWanted(topic) && !files.has(topic);
    const found = [...topics].filter(isNew);
    for (let at = 0; at < found.length && !stopped.aborted; at += topicsAtOnce) {
      files.add(found.slice(at, at + topicsAtOnce));
      await pause(betweenTopicsMs, undefined, { signal: stopped }).catch(() => {});
    }
    await pause(options["topic-refresh"], undefined, { signal: stopped }).catch(() => {});
  }
}

/** Go's regular expressions, anywhere in the name; without a pattern, every topic. */
function patternOf(text: string): (topic: string) => boolean {
  if (text === "") return () => true;
  const pattern = RE2JS.compile(text);
  return (topic) => pattern.matcher(topic).find();
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
