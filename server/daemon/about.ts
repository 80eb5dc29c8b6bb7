/** What this is made of: our own version and licence, and those of the libraries that came with it. */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import type { About, Library } from "../console/contract/index.ts";

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const startedAtMs = Date.now();

/** `about` reads the libraries once, when it is first asked. */
export function aboutUs(): { readonly version: string; readonly about: () => About } {
  const own = manifest(new URL("../../package.json", import.meta.url));
  let libraries: readonly Library[] | null = null;
  const about = (): About => {
    libraries ??= Object.keys(own.dependencies ?? {}).flatMap(libraryOf);
    const { version, license: licence } = own;
    return { version, licence, nodeVersion: process.versions.node, startedAtMs, libraries };
  };
  return { version: own.version, about };
}

function libraryOf(name: string): Library[] {
  const path = findPackageJSON(name, import.meta.url);
  if (path === undefined) return [];
  const { version, license } = manifest(path);
  return [{ name, version, licence: license }];
}

function manifest(path: string | URL): Manifest {
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}
