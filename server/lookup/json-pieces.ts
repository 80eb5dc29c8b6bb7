/** JSON in pieces, for answers that are too long to be made in one turn. Values are JSON already. */

export function* jsonArray(values: Iterable<string>): Generator<string> {
  yield "[";
  let separator = "";
  for (const value of values) {
    yield separator + value;
    separator = ",";
  }
  yield "]";
}

export function* jsonObject(
  entries: Iterable<readonly [key: string, value: Iterable<string>]>,
): Generator<string> {
  yield "{";
  let separator = "";
  for (const [key, value] of entries) {
    yield `${separator}${JSON.stringify(key)}:`;
    yield* value;
    separator = ",";
  }
  yield "}";
}
