import { globPattern, roles } from "../console/contract/permissions.ts";
import { ValueError } from "../protocol/go-values.ts";
import { flag, list, type Option, type Options, ours, text, type Values, word } from "./option.ts";
import { databaseUrl, version } from "./shared-options.ts";
import { upOptions } from "./up-options.ts";

/** Flags of `weir console user`. A password is none of them: who has signed in sets their own. */
export const consoleUserOptions = {
  version,
  role: word(roles, "viewer", "with add: what they may"),
  topic: globs("with add: name of topics they see, * for any run of characters; without any: all"),
  channel: globs("with add: name of channels they see, likewise"),
  bodies: flag(false, "with add: they may read what is in messages"),
  "public-url": ours(
    "public-url",
    text("", "address people reach the console at, for the link", {
      defaultText: "that of the console that was last started with --data-path",
    }),
  ),
  "data-path": upOptions["data-path"],
  "database-url": {
    ...databaseUrl,
    defaultText: "the Postgres that `weir up` runs in --data-path",
  },
  cluster: upOptions.cluster,
} satisfies Options;

export type ConsoleUserOptions = Values<typeof consoleUserOptions>;

function globs(help: string): Option<readonly string[]> {
  const option = list(help);
  return {
    ...option,
    parse: (value, before) => {
      if (!globPattern.test(value)) throw new ValueError("must be a name, with * for any run of characters");
      return option.parse(value, before);
    },
  };
}
