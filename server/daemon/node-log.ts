/**
 * A node's log: nsqd's lines on stderr, in local time, since operators' tools read
 * them. Text never holds a secret or a message's body.
 *
 *   [nsqd] 2026/11/22 14:05:09.123456 INFO: TCP: listening on 127.0.0.1:4150
 */
import { Deque } from "../broker/deque.ts";
import { type LogLevel, logLevels } from "../protocol/config-value.ts";
import type { LogLine } from "../protocol/node-reads.ts";
import { logLine } from "./log-line.ts";

export type { LogLevel };

const keptLinesMax = 500;
const keptCharactersMax = 500;

const words: Record<LogLevel, string> = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARNING",
  error: "ERROR",
  fatal: "FATAL",
};

export class NodeLog {
  level: LogLevel;
  readonly #prefix: string;
  readonly #lines = new Deque<LogLine>();

  constructor(prefix: string, level: LogLevel) {
    this.#prefix = prefix;
    this.level = level;
  }

  readonly log = (level: LogLevel, text: string): void => {
    if (logLevels.indexOf(level) < logLevels.indexOf(this.level)) return;
    process.stderr.write(logLine(this.#prefix, words[level], text));
    this.#lines.push({ atMs: Date.now(), level, text: text.slice(0, keptCharactersMax) });
    if (this.#lines.length > keptLinesMax) this.#lines.shift();
  };

  /** The last lines, oldest first: shown by the console. */
  recent(): readonly LogLine[] {
    return [...this.#lines];
  }
}
