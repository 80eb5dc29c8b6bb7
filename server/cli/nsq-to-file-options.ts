import { duration, flag, integer, list, type Options, text, type Values } from "./option.ts";
import { logLevel, version } from "./shared-options.ts";
import {
  connectTimeout,
  consumerOption,
  lookupdHttpAddress,
  nsqdTcpAddress,
  requestTimeout,
} from "./utility-options.ts";

export const nsqToFileOptions = {
  version,
  "log-level": logLevel,
  "log-prefix": text("[nsq_to_file] ", "what every log line begins with"),

  // what is consumed
  topic: list("topic to write to files"),
  "topic-pattern": text("", "regular expression; only topics that match it are written"),
  "topic-refresh": duration("1m", "without --topic: time between two looks for new topics"),
  channel: text("nsq_to_file", "channel to consume"),
  "nsqd-tcp-address": nsqdTcpAddress,
  "lookupd-http-address": lookupdHttpAddress,
  "max-in-flight": integer(200, "messages of a topic to have in hand at most, over all connections"),
  "consumer-opt": consumerOption,
  "http-client-connect-timeout": connectTimeout,
  "http-client-request-timeout": requestTimeout,

  // where it goes
  "output-dir": text("/tmp", "directory of the finished files"),
  "work-dir": text("", "directory of the files that are written to", { defaultText: "the output directory" }),
  "datetime-format": text("%Y-%m-%d_%H", "strftime format of <DATETIME> in file names"),
  "filename-format": text(
    "<TOPIC>.<HOST><REV>.<DATETIME>.log",
    "file name, in which <TOPIC>, <HOST>, <PID>, <DATETIME> and <REV> (a number where a name is taken) are replaced",
  ),
  "host-identifier": text("", "what <HOST> becomes, in which <SHORT_HOST> and <HOSTNAME> are replaced", {
    defaultText: "the short host name",
  }),
  gzip: flag(false, "compress the files"),
  "gzip-level": integer(6, "compression, from 1 (fast) to 9 (small)"),
  "skip-empty-files": flag(false, "begin a file only when there is a message for it"),
  "rotate-size": integer(0, "bytes in a file beyond which the next one is begun; 0 for no limit"),
  "rotate-interval": duration("0s", "age of a file beyond which the next one is begun; 0 for no limit"),
  "sync-interval": duration("30s", "longest time between a message and its fsync"),
} satisfies Options;

export type NsqToFileOptions = Values<typeof nsqToFileOptions>;
