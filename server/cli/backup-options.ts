import { type Options, ours, text } from "./option.ts";
import { version } from "./shared-options.ts";
import { upOptions } from "./up-options.ts";

/** Flags of `weir backup`. */
export const backupOptions = {
  version,
  "data-path": upOptions["data-path"],
  to: text("", "file to make, a tar archive; one that is there is not written over"),
} satisfies Options;

/** Flags of `weir restore`. */
export const restoreOptions = {
  version,
  "data-path": ours(
    "data-path",
    text(".weir", "directory to restore into: where no node and no database is yet"),
  ),
  from: text("", "file that `weir backup` has made", { existing: "file" }),
} satisfies Options;
