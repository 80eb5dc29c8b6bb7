/** What every page of the examples says to its own backend. */

export const weirUrl = (): Promise<string> => ask("GET", "/weir");
export const token = (): Promise<string> => ask("POST", "/token");

async function ask(method: string, path: string): Promise<string> {
  const answer = await fetch(path, { method });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return await answer.text();
}
