import { expect, test } from "vitest";
import { visible } from "./visible.ts";

test("[W21] marks that make a text look like another are shown as what they are", () => {
  expect(visible("pay \u202Egnihtemos\u2069")).toBe("pay ⟨U+202E⟩gnihtemos⟨U+2069⟩");
  expect(visible("a\u0000b\u001b[31m\u007f")).toBe("a␀b␛[31m␡");
});

test("[W21] lines, tabs, other scripts and joined signs stay", () => {
  const text = "line\n\ttab שלום 👩‍👩‍👧 é";

  expect(visible(text)).toBe(text);
});
