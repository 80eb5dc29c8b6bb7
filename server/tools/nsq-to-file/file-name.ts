/** What the files of a topic are called. */
import { strftime } from "./strftime.ts";

export interface FileNaming {
  /** With <TOPIC>, <HOST>, <PID>, <DATETIME> and <REV> in it. */
  readonly filenameFormat: string;
  readonly datetimeFormat: string;
  /** With <SHORT_HOST> and <HOSTNAME> in it; empty: the short host name. */
  readonly hostIdentifier: string;
  readonly gzip: boolean;
  /** Names may be taken already: by a rotation, by a file that may not be added to. */
  readonly needsRevision: boolean;
}

export interface Machine {
  readonly hostname: string;
  readonly pid: number;
}

/** All of a topic's names: `<DATETIME>` and `<REV>` are still open. */
export class FileName {
  readonly #template: string;
  readonly #datetimeFormat: string;
  /** The name of the second it was last asked for: each record asks. */
  #latest = { second: Number.NaN, name: "" };

  /** Throws a sentence when the format cannot name this topic's files. */
  constructor(naming: FileNaming, topic: string, machine: Machine) {
    const { filenameFormat, needsRevision, gzip } = naming;
    if (needsRevision && !filenameFormat.includes("<REV>"))
      throw new Error("missing <REV> in --filename-format when gzip, rotation, or work dir enabled");

    const shortHost = machine.hostname.split(".")[0]!;
    const host = fill(naming.hostIdentifier || shortHost, {
      SHORT_HOST: shortHost,
      HOSTNAME: machine.hostname,
    });
    const name = fill(filenameFormat, {
      TOPIC: topic,
      HOST: host,
      PID: String(machine.pid),
      ...(needsRevision ? {} : { REV: "" }),
    });
    // A topic may be called `..`: no lookup is to choose the directory.
    const allowed = filenameFormat.split("/").filter((part) => part === "..").length;
    if (name.split("/").filter((part) => part === "..").length > allowed)
      throw new Error(`a file name of topic ${topic} would lead out of the output directory`);

    this.#template = gzip && !name.endsWith(".gz") ? `${name}.gz` : name;
    this.#datetimeFormat = naming.datetimeFormat;
  }

  /** The name of this moment; <REV> is still in it. */
  at(now: Date): string {
    const second = Math.floor(now.getTime() / 1_000);
    if (second !== this.#latest.second) {
      const name = fill(this.#template, { DATETIME: strftime(this.#datetimeFormat, now) });
      this.#latest = { second, name };
    }
    return this.#latest.name;
  }
}

export function withRevision(name: string, revision: number): string {
  return fill(name, { REV: `-${String(revision).padStart(6, "0")}` });
}

/** Each `<NAME>` that `values` has replaced, in one pass: what a value holds is not looked at again. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/<([A-Z_]+)>/g, (written, name: string) =>
    Object.hasOwn(values, name) ? values[name]! : written,
  );
}
