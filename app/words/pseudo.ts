import { pieces } from "./icu.ts";

const plain = "aceinosuyACEINOSUY";
const accented = "áçéíñóšúýÁÇÉÍÑÓŠÚÝ";

/** A message as a longer language would have it: what stays plain on a page was never handed to a translator. */
export function pseudo(message: string): string {
  const changed = pieces(message).map(({ kind, text }) => (kind === "text" ? accent(text) : text));
  return `[${changed.join("")}${"~".repeat(Math.ceil(message.length / 3))}]`;
}

function accent(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) => accented[plain.indexOf(letter)] ?? letter);
}

type Tree = { readonly [key: string]: string | Tree };

export function pseudoOf<T extends Tree>(words: T): T {
  return Object.fromEntries(
    Object.entries(words).map(([key, value]) => [
      key,
      typeof value === "string" ? pseudo(value) : pseudoOf(value),
    ]),
  ) as T;
}
