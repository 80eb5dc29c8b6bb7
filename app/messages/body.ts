/** A message's body as people read it. Nothing of it is ever more than text. */

export const bodyViews = ["json", "text", "hex", "base64"] as const;
export type BodyView = (typeof bodyViews)[number];

export function bytesOfBase64(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
}

export function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += chunkBytes)
    binary += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  return btoa(binary);
}
const chunkBytes = 8_192;

/** The text, when it is UTF-8; null: it is not. Of a part, what is left of a last character is left out. */
export function textOf(bytes: Uint8Array, isPart: boolean): string | null {
  for (let back = 0; back <= (isPart ? 3 : 0); back++) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, bytes.length - back));
    } catch {
      // A shorter one may end between two characters.
    }
  }
  return null;
}

/** The best of the views for these bytes. */
export function viewFor(bytes: Uint8Array, isPart: boolean): BodyView {
  const text = textOf(bytes, isPart);
  if (text === null) return "hex";
  return !isPart && jsonOf(text) !== null ? "json" : "text";
}

/**
 * JSON with its parts on lines of their own, as it was written: numbers and escapes stay what they are, which a
 * parse would not leave them. null: it is not an object or a list of JSON.
 */
export function jsonOf(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let out = "";
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === "{" || token === "[") {
      depth++;
      out += `${token}\n${indent(depth)}`;
    } else if (token === "}" || token === "]") {
      depth--;
      const isEmpty = /[[{]\n *$/.test(out);
      out = isEmpty ? out.trimEnd() + token : `${out}\n${indent(depth)}${token}`;
    } else if (token === ",") out += `,\n${indent(depth)}`;
    else out += token === ":" ? ": " : token;
  }
  return out;
}

const indent = (depth: number) => "  ".repeat(Math.min(depth, 40));

/** Offset, sixteen bytes, and the same as signs. */
export function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const signs = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${signs}`);
  }
  return lines.join("\n");
}

export function viewOf(bytes: Uint8Array, isPart: boolean, view: BodyView): string | null {
  switch (view) {
    case "json": {
      const text = isPart ? null : textOf(bytes, false);
      return text === null ? null : jsonOf(text);
    }
    case "text":
      return textOf(bytes, isPart);
    case "hex":
      return hexOf(bytes);
    case "base64":
      return base64Of(bytes);
  }
}
