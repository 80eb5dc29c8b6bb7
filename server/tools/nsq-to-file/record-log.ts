/**
 * The files of one topic, one after the other, and what may be said to be in them: an `append`
 * resolves when its record has been written and fsynced, and not before.
 *
 * Everything happens in one loop, in the order it was asked for; nothing else touches the file.
 * With gzip, what is synced together is one gzip member, so that a file is whole at every sync.
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FileName } from "./file-name.ts";
import type { OutputFile, OutputFiles } from "./output-files.ts";

export interface RecordLogSettings {
  /** Level of compression; null: none. */
  readonly gzipLevel: number | null;
  /** Bytes (compressed, if they are) beyond which the next file is begun; 0: no limit. */
  readonly rotateBytes: number;
  /** Age beyond which the next file is begun; 0: no limit. */
  readonly rotateIntervalMs: number;
  /** Records appended and not synced: so many force a sync. */
  readonly unsyncedMax: number;
  readonly skipEmptyFiles: boolean;
}

interface Waiting {
  readonly body: Uint8Array;
  readonly done: () => void;
}

/** Gathered before they are written: large messages do not pile up until the next sync, nor in a turn of the loop. */
const gatheredBytesMax = 4 * 1024 * 1024;
const newline = Buffer.from("\n");
const compress = promisify(gzip);

export class RecordLog {
  readonly #settings: RecordLogSettings;
  readonly #names: FileName;
  readonly #files: OutputFiles;
  readonly #log: (text: string) => void;
  readonly #failed: (error: Error) => void;

  #file: OutputFile | null = null;
  #revision = 0;
  #name = "";
  #appended: Waiting[] = [];
  /** Taken from the appended, in the file or on the way to it, and not synced. */
  #unsynced: (() => void)[] = [];
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #due = { sync: false, rotation: false, close: false };
  /** The loop goes round; after a fault it looks so for ever, and nothing is begun again. */
  #active = false;
  #idle: Promise<void> = Promise.resolve();

  /** `failed` is called once, when the disk fails: nothing is written or resolved from then on. */
  constructor(
    settings: RecordLogSettings,
    names: FileName,
    files: OutputFiles,
    on: { readonly info: (text: string) => void; readonly failed: (error: Error) => void },
  ) {
    this.#settings = settings;
    this.#names = names;
    this.#files = files;
    this.#log = on.info;
    this.#failed = on.failed;
  }

  /** A line with this body. Resolves when it is on disk; never, when the disk has failed. */
  append(body: Uint8Array): Promise<void> {
    return new Promise((done) => {
      this.#appended.push({ body, done });
      this.#kick();
    });
  }

  /** Syncs what has been appended, soon. */
  sync(): void {
    this.#due.sync = true;
    this.#kick();
  }

  /** To be called every sync interval: syncs, and begins the next file when that is due. */
  tick(): void {
    this.#due.rotation = true;
    this.sync();
  }

  /** Syncs and closes the file. The next record opens one again. */
  async close(): Promise<void> {
    this.#due.close = true;
    this.#kick();
    await this.#idle;
  }

  #kick(): void {
    if (this.#active) return;
    this.#active = true;
    this.#idle = this.#run().catch(this.#failed);
  }

  async #run(): Promise<void> {
    for (;;) {
      const { sync, rotation, close } = this.#due;
      const records = this.#appended;
      if (records.length === 0 && !sync && !rotation && !close) {
        this.#active = false;
        return;
      }
      this.#appended = [];
      this.#due = { sync: false, rotation: false, close: false };

      for (const record of records) await this.#take(record);
      // Who follows the file sees them; what is compressed is seen when it is synced.
      if (this.#settings.gzipLevel === null) await this.#write();
      if (rotation && this.#rotationDue()) await this.#rotateIdle();
      if (sync || close) await this.#sync();
      if (close) await this.#closeFile();
    }
  }

  async #take({ body, done }: Waiting): Promise<void> {
    if (this.#rotationDue()) {
      await this.#closeFile();
      await this.#openNext();
    }
    this.#gathered.push(body, newline);
    this.#gatheredBytes += body.length + 1;
    this.#unsynced.push(done);
    if (this.#unsynced.length >= this.#settings.unsyncedMax) await this.#sync();
    else if (this.#gatheredBytes >= gatheredBytesMax) await this.#write();
  }

  #rotationDue(): boolean {
    const file = this.#file;
    if (file === null || this.#names.at(new Date()) !== this.#name) return true;
    const { rotateIntervalMs, rotateBytes, gzipLevel } = this.#settings;
    if (rotateIntervalMs > 0 && Date.now() - file.openedMs > rotateIntervalMs) return true;
    const bytes = file.bytes + (gzipLevel === null ? this.#gatheredBytes : 0);
    return rotateBytes > 0 && bytes > rotateBytes;
  }

  /** Nobody waits to write: the next file is begun empty, or not at all. */
  async #rotateIdle(): Promise<void> {
    await this.#closeFile();
    if (!this.#settings.skipEmptyFiles) await this.#openNext();
  }

  async #openNext(): Promise<void> {
    const name = this.#names.at(new Date());
    this.#revision = name === this.#name ? this.#revision + 1 : 0;
    this.#name = name;
    this.#file = await this.#files.open(name, this.#revision);
    this.#revision = this.#file.revision;
  }

  async #write(): Promise<void> {
    if (this.#gathered.length === 0) return;
    const plain = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.#put(plain);
  }

  async #put(plain: Buffer): Promise<void> {
    const { gzipLevel } = this.#settings;
    const bytes = gzipLevel === null ? plain : await compress(plain, { level: gzipLevel });
    await this.#file!.handle.appendFile(bytes);
    this.#file!.bytes += bytes.length;
  }

  async #sync(): Promise<void> {
    if (this.#unsynced.length === 0) return;
    this.#log(`syncing ${this.#unsynced.length} records to disk`);
    await this.#write();
    await this.#file!.handle.sync();
    const synced = this.#unsynced;
    this.#unsynced = [];
    for (const done of synced) done();
  }

  async #closeFile(): Promise<void> {
    if (this.#file === null) return;
    await this.#sync();
    if (this.#settings.gzipLevel !== null && this.#file.bytes === 0) {
      // No bytes at all are not a gzip file: tools would call it damaged.
      await this.#put(Buffer.alloc(0));
      await this.#file.handle.sync();
    }
    const file = this.#file;
    this.#file = null;
    await this.#files.finish(file);
  }
}
