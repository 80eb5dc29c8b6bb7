import { publishBytesMax } from "../../../server/console/contract/index.ts";
import { jsonOf } from "../../messages/body.ts";

export const encodings = ["text", "json", "lines", "base64", "hex"] as const;
export type Encoding = (typeof encodings)[number];

export type Measured =
  | { readonly bytes: number; readonly messages: number }
  | { readonly wrong: "json" | "base64" | "hex" | "empty" | "large" };

/** How many bytes would be published, in how many messages, or what is wrong with how they are written. */
export function measureBody(body: string, encoding: Encoding, bytesMax = publishBytesMax): Measured {
  const sizes = sizesOf(body, encoding);
  if (sizes === null) return { wrong: encoding as "json" };
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes === 0) return { wrong: "empty" };
  return sizes.some((size) => size > bytesMax) ? { wrong: "large" } : { bytes, messages: sizes.length };
}

const encoder = new TextEncoder();

function sizesOf(body: string, encoding: Encoding): readonly number[] | null {
  const text = encoding === "hex" || encoding === "base64" ? body.replace(/\s/g, "") : body;
  switch (encoding) {
    case "text":
      return [encoder.encode(text).length];
    case "json":
      return isJson(text) ? [encoder.encode(text).length] : text === "" ? [0] : null;
    case "lines":
      return text.split(/\r?\n/).flatMap((line) => (line === "" ? [] : [encoder.encode(line).length]));
    case "hex":
      return /^([0-9a-fA-F]{2})*$/.test(text) ? [text.length / 2] : null;
    case "base64": {
      if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
      return [(text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0)];
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** With its parts on lines of their own; as it is when it is no object or list. */
export function formatted(text: string): string {
  return jsonOf(text) ?? text;
}
