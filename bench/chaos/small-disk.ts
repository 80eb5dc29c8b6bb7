/** A disk of a few megabytes that can be filled and emptied. Needs Linux, and root to mount it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const pieceBytes = 1024 * 1024;

export class SmallDisk implements Disposable {
  /** A directory on it. */
  readonly path: string;
  readonly #mountPoint: string;

  constructor(bytes: number) {
    this.#mountPoint = mkdtempSync(join(tmpdir(), "weir-chaos-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=755`, "tmpfs", this.#mountPoint]);
    this.path = join(this.#mountPoint, "data");
    mkdirSync(this.path);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#mountPoint);
    return bavail * bsize;
  }

  /** Leaves at most so many bytes free. */
  async fill(leaveBytes: number): Promise<void> {
    // Some hundred megabytes: whoever waits for them in one piece does nothing else for seconds.
    const piece = Buffer.alloc(pieceBytes);
    const ballast = await open(this.#ballast, "a");
    try {
      for (let left = this.freeBytes - leaveBytes; left > 0; left = this.freeBytes - leaveBytes)
        await ballast.write(piece, 0, Math.min(left, pieceBytes));
    } catch (error) {
      // Somebody else took the rest.
      if ((error as { code?: unknown }).code !== "ENOSPC") throw error;
    } finally {
      await ballast.close();
    }
  }

  empty(): void {
    truncateSync(this.#ballast);
  }

  [Symbol.dispose](): void {
    try {
      execFileSync("umount", ["--lazy", this.#mountPoint]);
    } finally {
      rmSync(this.#mountPoint, { recursive: true, force: true });
    }
  }

  get #ballast(): string {
    return join(this.#mountPoint, "ballast");
  }
}

/** Why there can be none here; null: there can. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== "linux") return "a disk that is small needs Linux";
  try {
    new SmallDisk(2 ** 20)[Symbol.dispose]();
    return null;
  } catch {
    return "a disk that is small needs the right to mount one (root)";
  }
}
