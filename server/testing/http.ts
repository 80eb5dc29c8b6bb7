export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** One HTTP request; errors of the network throw, statuses do not. */
export async function request(
  method: string,
  url: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const content = body === undefined ? {} : { body: Buffer.from(body) };
  const response = await fetch(url, {
    method,
    headers: { connection: "close", ...headers },
    redirect: "manual",
    ...content,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
