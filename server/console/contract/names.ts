/** Names of topics and channels, ids of messages, and how they stand in a path. */

/** NSQ's names: `^[.a-zA-Z0-9_-]{1,64}$`, with `#ephemeral` at the end or not, 64 characters in all. */
export const namePattern = /^[.a-zA-Z0-9_-]+(#ephemeral)?$/;
export const nameCharactersMax = 64;
export function isName(name: string): boolean {
  return name.length >= 1 && name.length <= nameCharactersMax && namePattern.test(name);
}

export function isEphemeralName(name: string): boolean {
  return name.endsWith("#ephemeral");
}

/** 16 hexadecimal digits, in small letters. */
export const messageIdPattern = /^[0-9a-f]{16}$/;

/**
 * A name as a part of a path. `..` is a legal name and would lead to the parent, so names with a dot at
 * either end stand between two signs that no name has.
 */
export function partOfName(name: string): string {
  const encoded = encodeURIComponent(name);
  return name.startsWith(".") || name.endsWith(".") ? `=${encoded}=` : encoded;
}

/** The same back, from a part that is decoded already. */
export function nameOfPart(decoded: string): string {
  return /^=.*=$/s.test(decoded) ? decoded.slice(1, -1) : decoded;
}
