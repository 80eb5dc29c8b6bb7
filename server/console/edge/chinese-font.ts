/** The parts of the packed Chinese font that our plain pages need, for whoever has no session and no such font. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { FastifyInstance } from "fastify";
import { Failure } from "../api/failure.ts";
import { chineseFontPath, type FacePart, languageNameParts } from "../contract/chinese-face.ts";
import { plainWords } from "./plain-words.ts";

const { resolve } = createRequire(import.meta.url);
const font = "@fontsource-variable/noto-sans-sc";
const dayS = 86_400;
const firstOfChinese = 0x2e80;

/** Those that hold a character of the plain pages' words. */
export const plainParts: readonly FacePart[] = partsFor(JSON.stringify(plainWords.zh));

function partsFor(words: string): readonly FacePart[] {
  const ranges = JSON.parse(readFileSync(resolve(`${font}/unicode.json`), "utf8")) as Record<string, string>;
  const wanted = [...new Set(words)].map((character) => character.codePointAt(0)!);
  return Object.entries(ranges).flatMap(([name, range]) => {
    const part = /^\[(\d+)\]$/.exec(name)?.[1];
    const isWanted = wanted.some((code) => code >= firstOfChinese && holds(range, code));
    return part !== undefined && isWanted ? [{ part, range }] : [];
  });
}

/** @param range as in CSS: `U+4e2d,U+6587-6590` */
export function holds(range: string, code: number): boolean {
  return range.split(",").some((piece) => {
    const [from, to = from] = piece.trim().slice("U+".length).split("-");
    return code >= Number.parseInt(from!, 16) && code <= Number.parseInt(to!, 16);
  });
}

/** Files of nobody's secrets, by number: the few that there are stay in memory once they were asked for. */
export async function chineseFontRoutes(app: FastifyInstance): Promise<void> {
  for (const part of new Set([...plainParts, ...languageNameParts].map(({ part }) => part))) {
    let bytes: Promise<Buffer> | null = null;
    app.get(chineseFontPath(part), async (_, reply) => {
      bytes ??= readFile(resolve(`${font}/files/noto-sans-sc-${part}-wght-normal.woff2`));
      const file = await bytes.catch(() => {
        bytes = null;
        throw new Failure("not-found", "The font is not here.");
      });
      return reply
        .headers({ "content-type": "font/woff2", "cache-control": `public, max-age=${dayS}` })
        .send(file);
    });
  }
}
