/** Who is told of what somebody did through nsqadmin's API: the audit, and `--notification-http-endpoint`. */
import type { FastifyRequest } from "fastify";
import { type ActionLog, askedBy } from "../api/action-log.ts";
import type { Visitor } from "./access.ts";
import type { AdminAction, Notifier } from "./notifier.ts";

interface Act {
  readonly action: string;
  readonly topic: string;
  readonly channel?: string;
  readonly node?: string;
}

export class Tell {
  readonly #log: ActionLog;
  readonly #notifier: Notifier;

  constructor(log: ActionLog, notifier: Notifier) {
    this.#log = log;
    this.#notifier = notifier;
  }

  /** `failures` null: nothing of it was done, by reason of `refusal`. */
  record(
    request: FastifyRequest,
    { user, signedIn }: Visitor,
    {
      action,
      topic,
      channel,
      node,
      failures,
      refusal = "failed",
    }: Act & { readonly failures: readonly string[] | null; readonly refusal?: string },
  ): void {
    this.#log.write({
      ...(signedIn
        ? askedBy(request)
        : {
            actor: { kind: "user", name: user === "" ? "anonymous" : user },
            ...{ address: request.ip, session: null, requestId: request.id },
          }),
      action: action.replaceAll("_", "-"),
      object: { topic, channel, node, by: "nsqadmin", ...(failures?.length && { failures }) },
      result: failures === null ? refusal : failures.length > 0 ? "partly" : "ok",
    });
  }

  notify(request: FastifyRequest, { user }: Pick<Visitor, "user">, act: Act): void {
    const { headers, socket } = request;
    const scheme = headers["x-scheme"] === "https" ? "https" : "http";
    this.#notifier.notify({
      ...act,
      ...(user === "" ? {} : { user }),
      remote_ip: `${socket.remoteAddress ?? ""}:${socket.remotePort ?? 0}`,
      user_agent: headers["user-agent"] ?? "",
      url: `${scheme}://${headers.host ?? ""}${request.originalUrl}`,
    } satisfies AdminAction);
  }
}
