/**
 * `nsqd.dat`: topics, channels and what is paused, in the shape nsqd writes, so that
 * either program can start on the other's. Empty lists are null, ephemerals are left out.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isEphemeral, isValidName } from "../broker/names.ts";
import { DataPathError } from "./data-path.ts";
import { describeFileError, replaceFile } from "./files.ts";
import type { Metadata, MetadataChannel, MetadataTopic, StoreLog } from "./ports.ts";

/** What nsqd calls itself in the file whose shape this is. */
const fileVersion = "1.3.0";
/** Topics turned into text in one turn of the loop. */
const topicsPerTurn = 500;
const retryMs = 1000;

export class MetadataFile implements Metadata {
  readonly topics: readonly MetadataTopic[];
  readonly #path: string;
  readonly #log: StoreLog;
  #source: (() => Iterable<MetadataTopic>) | null = null;
  #dirty = false;
  #writing: Promise<void> | null = null;
  #failure: string | null = null;

  /** Throws `DataPathError` when the file is there and is not what nsqd would accept. */
  constructor(dataPath: string, log: StoreLog) {
    this.#path = join(dataPath, "nsqd.dat");
    this.#log = log;
    this.topics = readTopics(this.#path, log);
  }

  attach(source: () => Iterable<MetadataTopic>): void {
    this.#source = source;
  }

  changed(): void {
    this.#dirty = true;
    this.#writing ??= this.#write();
  }

  async flush(): Promise<void> {
    this.changed();
    // A failed attempt is tried again only by the timer, so that this ends.
    await this.#writing;
    if (this.#failure) throw new Error(`${this.#path} cannot be written: ${this.#failure}`);
  }

  async #write(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#dirty && this.#source) {
      this.#dirty = false;
      try {
        await replaceFile(this.#path, await this.#encode(this.#source));
        this.#failure = null;
      } catch (error) {
        const failure = describeFileError(error);
        if (failure !== this.#failure) this.#log.error({}, `${this.#path} cannot be written: ${failure}`);
        this.#failure = failure;
        setTimeout(() => this.changed(), retryMs).unref();
        break;
      }
    }
    this.#writing = null;
  }

  /** A change meanwhile makes the file be written again, so it need not be one instant's. */
  async #encode(source: () => Iterable<MetadataTopic>): Promise<string> {
    const texts: string[] = [];
    for (const { name, paused, channels } of [...source()]) {
      if (isEphemeral(name)) continue;
      const kept = channels.filter((channel) => !isEphemeral(channel.name));
      const list = kept.map((channel) => ({ name: channel.name, paused: channel.paused }));
      texts.push(JSON.stringify({ name, paused, channels: list.length > 0 ? list : null }));
      if (texts.length % topicsPerTurn === 0) await new Promise(setImmediate);
    }
    const topics = texts.length > 0 ? `[${texts.join(",")}]` : "null";
    return `{"topics":${topics},"version":"${fileVersion}"}`;
  }
}

function readTopics(path: string, log: StoreLog): MetadataTopic[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return [];
    throw new DataPathError(`failed to read metadata: ${path} - ${describeFileError(error)}`);
  }
  // nsqd takes an empty file for no topics.
  if (text.trim() === "") return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new DataPathError(`failed to parse metadata: ${path} is not JSON`);
  }
  const topics = new Map<string, MetadataTopic>();
  for (const topic of entries(parsed, "topics")) {
    if (!isValidName(topic.name)) {
      log.warn({ topic: topic.name.slice(0, 100) }, "skipping creation of invalid topic");
      continue;
    }
    const channels = new Map<string, MetadataChannel>();
    for (const channel of entries(topic.value, "channels")) {
      if (isValidName(channel.name))
        channels.set(channel.name, { name: channel.name, paused: channel.paused });
      else
        log.warn(
          { topic: topic.name, channel: channel.name.slice(0, 100) },
          "skipping creation of invalid channel",
        );
    }
    topics.set(topic.name, { name: topic.name, paused: topic.paused, channels: [...channels.values()] });
  }
  return [...topics.values()];
}

/** The named things in a list; what has no name as text has an invalid one. */
function* entries(
  parent: unknown,
  key: string,
): Generator<{ name: string; paused: boolean; value: unknown }> {
  const list =
    typeof parent === "object" && parent !== null ? (parent as Record<string, unknown>)[key] : null;
  if (!Array.isArray(list)) return;
  for (const value of list as unknown[]) {
    const { name, paused } = (value ?? {}) as { name?: unknown; paused?: unknown };
    yield { name: typeof name === "string" ? name : "", paused: paused === true, value };
  }
}
