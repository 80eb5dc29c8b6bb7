/** Marks that turn the direction of what follows: a text may look like another one with them. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const control = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/**
 * Somebody else's text as it is, and not as it wants to look: what has no shape of its own is shown by a
 * sign. Tabs and ends of lines stay.
 */
export function visible(text: string): string {
  return text
    .replace(control, (sign) =>
      sign === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + sign.charCodeAt(0)),
    )
    .replace(turning, (sign) => `⟨U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}
