/**
 * Files on disk: opened under the first revision of their name that is free, moved to where
 * finished files belong, never over another one. What `create` and `finish` have done survives
 * a loss of power: directories are synced too.
 */
import { constants } from "node:fs";
import { type FileHandle, link, mkdir, open, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withRevision } from "./file-name.ts";

export interface OutputFilesSettings {
  readonly outputDir: string;
  /** The same, or where files are while they are written. */
  readonly workDir: string;
  /** Never add to a file that is there already. */
  readonly exclusive: boolean;
  /** Add to no file that has more bytes than this; 0: no limit. */
  readonly rotateBytes: number;
}

export interface OutputFile {
  readonly handle: FileHandle;
  readonly path: string;
  /** With <REV> in it. */
  readonly name: string;
  readonly revision: number;
  readonly openedMs: number;
  bytes: number;
}

/** Beyond it something is wrong with the names, not with the files. */
const revisionMax = 1_000_000;
const directoryMode = 0o770;
const fileMode = 0o666;
const { O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_APPEND } = constants;

export class OutputFiles {
  readonly #settings: OutputFilesSettings;
  readonly #info: (text: string) => void;

  constructor(settings: OutputFilesSettings, info: (text: string) => void) {
    this.#settings = settings;
    this.#info = info;
  }

  get #moves(): boolean {
    return this.#settings.workDir !== this.#settings.outputDir;
  }

  /** Makes the directories. Throws a sentence when finished files could not be moved between them. */
  async prepare(): Promise<void> {
    const { workDir, outputDir } = this.#settings;
    for (const directory of [workDir, outputDir])
      await mkdir(directory, { recursive: true, mode: directoryMode });
    const [work, output] = [await stat(workDir), await stat(outputDir)];
    if (work.dev !== output.dev)
      throw new Error(`--work-dir ${workDir} and --output-dir ${outputDir} are not on one file system`);
  }

  /** Opens `name`, which has <REV> in it if it may be taken, under the first free revision from `revision` on. */
  async open(name: string, revision: number): Promise<OutputFile> {
    for (; revision < revisionMax; revision++) {
      const file = await this.#tryOpen(name, revision);
      if (file !== null) return file;
    }
    throw new Error(`${name} has ${revisionMax} revisions already`);
  }

  async #tryOpen(name: string, revision: number): Promise<OutputFile | null> {
    const { workDir, outputDir, exclusive, rotateBytes } = this.#settings;
    const relative = withRevision(name, revision);
    const path = join(workDir, relative);
    await mkdir(dirname(path), { recursive: true, mode: directoryMode });
    if (this.#moves && (await exists(join(outputDir, relative)))) return null;

    // To see how it ends, a file that is added to is read as well.
    const how = exclusive ? O_WRONLY | O_EXCL : O_RDWR | O_APPEND;
    const handle = await unless("EEXIST", open(path, how | O_CREAT, fileMode));
    if (handle === null) return null;
    try {
      const { size } = await handle.stat();
      if (rotateBytes > 0 && size > rotateBytes) {
        this.#info(`${path} currently ${size} bytes (> ${rotateBytes}), rotating`);
        await handle.close();
        return null;
      }
      this.#info(`opening ${path}`);
      await syncDirectory(dirname(path));
      const bytes = size + (await endLine(handle, size));
      return { handle, path, name, revision, openedMs: Date.now(), bytes };
    } catch (error) {
      await handle.close().catch(() => {});
      throw error;
    }
  }

  /** Closes the file, which has been synced, and moves it where finished files belong. */
  async finish({ handle, path, name, revision }: OutputFile): Promise<void> {
    await handle.close();
    if (!this.#moves) return;
    for (; revision < revisionMax; revision++) {
      const target = join(this.#settings.outputDir, withRevision(name, revision));
      await mkdir(dirname(target), { recursive: true, mode: directoryMode });
      if (
        (await unless(
          "EEXIST",
          link(path, target).then(() => true),
        )) !== null
      ) {
        this.#info(`moved finished file ${path} to ${target}`);
        await syncDirectory(dirname(target));
        return unlink(path);
      }
      this.#info(`destination file already exists: ${target}`);
    }
    throw new Error(`${name} has ${revisionMax} revisions already`);
  }
}

/** A record that was cut off by a crash gets an end, so that the next one is a line of its own. Returns the bytes added. */
async function endLine(handle: FileHandle, size: number): Promise<number> {
  if (size === 0) return 0;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer[0] === 0x0a) return 0;
  await handle.appendFile("\n");
  return 1;
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, constants.O_RDONLY);
  await directory.sync();
}

async function exists(path: string): Promise<boolean> {
  return (await unless("ENOENT", stat(path))) !== null;
}

async function unless<T>(code: string, done: Promise<T>): Promise<T | null> {
  try {
    return await done;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return null;
    throw error;
  }
}
