/** A key without words shows itself on the page; where pages are developed it is an error of its own. */
export function onMissing(error: Error): void {
  if (process.env.NODE_ENV === "production") console.warn(error.message);
  else throw error;
}
