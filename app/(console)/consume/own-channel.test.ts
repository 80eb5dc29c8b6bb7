import { expect, test } from "vitest";
import { isName } from "../../../server/console/contract/index.ts";
import { ownChannel } from "./own-channel.ts";

test("[UC1] a page's own channel is ephemeral, and its name is one whatever the user is called", () => {
  expect(ownChannel("ada")).toBe("browser-ada#ephemeral");
  for (const user of ["王小明", "ada@example.com", "a".repeat(200), ""])
    expect(isName(ownChannel(user)), ownChannel(user)).toBe(true);
});
