/** `/config/:opt`: what the console was started with, for those within `--allow-config-from-cidr`. */
import type { FastifyInstance } from "fastify";
import { NsqRefusal } from "./refusal.ts";
import type { NsqadminOptions } from "./routes.ts";

/** Reads any option by its key in a file, changes the few that can change. */
export interface ConfigPort {
  /** Text as it is, everything else as JSON; undefined: there is no such option. */
  get(key: string): unknown;
  put(key: string, text: string): "done" | "unknown" | "invalid";
}

export function configRoutes(app: FastifyInstance, { access, config }: NsqadminOptions): void {
  const show = (key: string) => {
    const value = config.get(key);
    if (value === undefined) throw new NsqRefusal(400, "INVALID_OPTION");
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const typeOf = (shown: string, key: string) =>
    typeof config.get(key) === "string"
      ? { "content-type": "text/plain; charset=utf-8" }
      : { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(shown) };

  app.get<{ Params: { opt: string } }>("/config/:opt", (request, reply) => {
    access.checkConfig(request);
    const { opt } = request.params;
    const shown = show(opt);
    return reply.headers(typeOf(shown, opt)).send(shown);
  });
  app.put<{ Params: { opt: string } }>("/config/:opt", (request, reply) => {
    access.checkConfig(request);
    const { opt } = request.params;
    const text = typeof request.body === "string" ? request.body : "";
    if (text === "") throw new NsqRefusal(413, "INVALID_VALUE");
    const outcome = config.put(opt, text);
    if (outcome !== "done")
      throw new NsqRefusal(400, outcome === "unknown" ? "INVALID_OPTION" : "INVALID_VALUE");
    const shown = show(opt);
    return reply.headers(typeOf(shown, opt)).send(shown);
  });
}
