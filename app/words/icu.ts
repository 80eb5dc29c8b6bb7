/**
 * The shape of an ICU message: text, arguments in braces, branches of plurals and selects within them,
 * tags. Braces nest text and syntax by turns, so that depth tells which is which.
 */
interface Piece {
  readonly kind: "text" | "syntax";
  readonly text: string;
}

/** A message cut into what is read by people and what is not; joined again it is the message. */
export function pieces(message: string): readonly Piece[] {
  const found: Piece[] = [];
  let depth = 0;
  let from = 0;
  const cut = (kind: Piece["kind"], to: number) => {
    if (to > from) found.push({ kind, text: message.slice(from, to) });
    from = to;
  };
  for (let at = 0; at < message.length; at++) {
    const sign = message[at];
    const kind = depth % 2 === 0 ? "text" : "syntax";
    if (sign === "'" && kind === "text" && "{}<'".includes(message[at + 1] ?? " ")) {
      cut("text", at);
      const end = message[at + 1] === "'" ? at + 1 : message.indexOf("'", at + 1);
      at = end === -1 ? message.length - 1 : end;
      cut("syntax", at + 1);
    } else if (sign === "{" || sign === "}") {
      cut(kind, at);
      depth += sign === "{" ? 1 : -1;
      cut("syntax", at + 1);
    } else if (sign === "<" && kind === "text") {
      cut("text", at);
      const end = message.indexOf(">", at);
      at = end === -1 ? message.length - 1 : end;
      cut("syntax", at + 1);
    } else if (sign === "#" && kind === "text" && depth > 0) {
      cut("text", at);
      cut("syntax", at + 1);
    }
  }
  cut(depth % 2 === 0 ? "text" : "syntax", message.length);
  return found;
}

/** What a message has to be given: its arguments with how they are used, and its tags, sorted. */
export function placeholders(message: string): readonly string[] {
  const named = new Set<string>();
  for (const match of message.matchAll(/\{\s*(\w+)\s*(?:\}|,\s*(\w+))/g)) {
    if (isBranch(message, match.index)) continue;
    named.add(match[2] === undefined ? `{${match[1]}}` : `{${match[1]}, ${match[2]}}`);
  }
  for (const match of message.matchAll(/<(\w+)>/g)) named.add(`<${match[1]}>`);
  return [...named].toSorted();
}

/** A branch's text stands in braces too: `one {message}`. Its brace opens an even depth. */
function isBranch(message: string, at: number): boolean {
  let depth = 0;
  for (const sign of message.slice(0, at)) depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
  return depth % 2 === 1;
}
