import type { Role } from "./role.ts";

export interface Command {
  /** A line of `weir --help`. */
  readonly summary: string;
  /** Each role is loaded by itself: a node does not pay for the console. */
  load(): Promise<{ readonly default: Role }>;
}

/** What `weir <name>` can be, in the order people are told. */
export const commands: Readonly<Record<string, Command>> = {
  up: {
    summary: "everything on this machine: Postgres, a node, the console",
    load: () => import("./roles/up.ts"),
  },
  nsqd: {
    summary: "a node: TCP for NSQ clients, HTTP",
    load: () => import("./roles/nsqd.ts"),
  },
  nsqlookupd: {
    summary: "a lookup: which node has which topic, over TCP and HTTP",
    load: () => import("./roles/nsqlookupd.ts"),
  },
  console: {
    summary: "the web pages, of any number of nodes",
    load: () => import("./roles/console.ts"),
  },
  "console user": {
    summary: "people who may use the console: add, list, link, disable, enable",
    load: () => import("./roles/console-user.ts"),
  },
  nsqadmin: {
    summary: "the console with nsqadmin's defaults, its API open to anybody",
    load: () => import("./roles/nsqadmin.ts"),
  },
  drain: {
    summary: "has a node hand over what it has to the others, and end",
    load: () => import("./roles/drain.ts"),
  },
  nsq_tail: {
    summary: "prints the messages of topics",
    load: () => import("./roles/nsq-tail.ts"),
  },
  nsq_stat: {
    summary: "a channel's figures, a row every few seconds",
    load: () => import("./roles/nsq-stat.ts"),
  },
  nsq_to_file: {
    summary: "writes topics to files",
    load: () => import("./roles/nsq-to-file.ts"),
  },
  nsq_to_http: {
    summary: "sends messages to HTTP servers",
    load: () => import("./roles/nsq-to-http.ts"),
  },
  nsq_to_nsq: {
    summary: "publishes messages to other nodes, filtered",
    load: () => import("./roles/nsq-to-nsq.ts"),
  },
  to_nsq: {
    summary: "publishes what it reads from stdin",
    load: () => import("./roles/to-nsq.ts"),
  },
  backup: {
    summary: "a copy of what `weir up` keeps in its own Postgres, as one file",
    load: () => import("./roles/backup.ts"),
  },
  restore: {
    summary: "a data path for `weir up` from such a file",
    load: () => import("./roles/restore.ts"),
  },
  "check-config": {
    summary: "what a command would run with, and where each value is from",
    load: () => import("./roles/check-config.ts"),
  },
  "check-cert": {
    summary: "what is wrong with a node's certificate, its chain or its names",
    load: () => import("./roles/check-cert.ts"),
  },
};

/** Undefined when there is none of that name. */
export function commandOf(name: string): Command | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

/** What `args` begin with: the command of two words, else of one; undefined when there is none of that name. */
export function commandIn(
  args: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const command = commandOf(args.slice(0, words).join(" "));
    if (command !== undefined) return { command, rest: args.slice(words) };
  }
  return undefined;
}
