/** A disk of a few megabytes that can be filled and emptied. Needs Linux, and root to mount it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
  fill(leaveBytes: number): void {
    const bytes = this.freeBytes - leaveBytes;
    if (bytes > 0) writeFileSync(this.#ballast, Buffer.alloc(bytes));
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
