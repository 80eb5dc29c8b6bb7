/**
 * Finds the route of a method and a path as nsqd's router does: a path that is a known one but for
 * slashes or letter case is redirected to it; a known path with another method is told which
 * methods it has.
 */
import { posix } from "node:path";
import type { Route } from "./call.ts";

export type Found<Own> =
  | { readonly kind: "route"; readonly route: Route<Own>; readonly parameter: string }
  | { readonly kind: "redirect"; readonly path: string }
  | { readonly kind: "allow"; readonly methods: string }
  | { readonly kind: "not-found" };

const parameterMark = ":opt";

export class Router<Own> {
  readonly #routes: readonly Route<Own>[];

  constructor(routes: readonly Route<Own>[]) {
    this.#routes = routes;
  }

  find(method: string, path: string): Found<Own> {
    const ofMethod = this.#routes.filter((route) => route.method === method);
    for (const route of ofMethod) {
      const parameter = parameterOf(route.path, path);
      if (parameter !== null) return { kind: "route", route, parameter };
    }
    const plain = canonical(path);
    for (const route of ofMethod) {
      const parameter = parameterOf(route.path, plain, true);
      if (parameter !== null) return { kind: "redirect", path: route.path.replace(parameterMark, parameter) };
    }
    const methods = this.#methodsOf(path);
    return methods === "" ? { kind: "not-found" } : { kind: "allow", methods };
  }

  /** As the `Allow` header lists them; "" where the path is unknown. */
  #methodsOf(path: string): string {
    const routes = this.#routes.filter((route) => path === "*" || parameterOf(route.path, path) !== null);
    const methods = new Set<string>(routes.map((route) => route.method));
    if (methods.size > 0) methods.add("OPTIONS");
    return [...methods].sort().join(", ");
  }
}

/** What stands for the route's parameter in `path`: "" where it has none, null where the path is another. */
function parameterOf(pattern: string, path: string, anyCase = false): string | null {
  const folded = anyCase ? path.toLowerCase() : path;
  if (!pattern.endsWith(parameterMark)) return folded === pattern ? "" : null;
  const head = pattern.slice(0, -parameterMark.length);
  const parameter = path.slice(head.length);
  return folded.startsWith(head) && parameter !== "" && !parameter.includes("/") ? parameter : null;
}

function canonical(path: string): string {
  const plain = posix.normalize(path);
  return plain.length > 1 && plain.endsWith("/") ? plain.slice(0, -1) : plain;
}
