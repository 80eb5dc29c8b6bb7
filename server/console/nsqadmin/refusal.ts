/** Refusals of nsqadmin's API, in its words: `{"message": …}`. Thrown by a route, written by the API's error handler. */
export class NsqRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function forbidden(): NsqRefusal {
  return new NsqRefusal(403, "FORBIDDEN");
}
