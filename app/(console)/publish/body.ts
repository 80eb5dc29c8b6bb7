import { publishBytesMax } from "../../../server/console/contract/index.ts";
import { bytes } from "../../live/format.ts";

export const encodings = ["text", "base64", "hex"] as const;
export type Encoding = (typeof encodings)[number];

/** How many bytes would be published, or what is wrong with how they are written. */
export function measureBody(body: string, encoding: Encoding): { bytes: number } | { wrong: string } {
  const size = sizeOf(body, encoding);
  if (size === null) return { wrong: `This is not ${encoding}.` };
  if (size === 0) return { wrong: "A message has at least one byte." };
  if (size > publishBytesMax)
    return { wrong: `${bytes(size)}: from here at most ${bytes(publishBytesMax)}.` };
  return { bytes: size };
}

function sizeOf(body: string, encoding: Encoding): number | null {
  const text = encoding === "text" ? body : body.replace(/\s/g, "");
  switch (encoding) {
    case "text":
      return new TextEncoder().encode(text).length;
    case "hex":
      return /^([0-9a-fA-F]{2})*$/.test(text) ? text.length / 2 : null;
    case "base64": {
      if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
      return (text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
    }
  }
}
