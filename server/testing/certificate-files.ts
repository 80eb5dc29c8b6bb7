/** Certificates as files, for the flags of a node. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import type { Flags } from "./node.ts";

export class CertificateFiles implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "weir-certificates-"));

  /** The flags that have a node use this certificate. */
  flags({ certPem, keyPem }: Certificate): Flags {
    return { "tls-cert": this.write("cert.pem", certPem), "tls-key": this.write("key.pem", keyPem) };
  }

  write(name: string, pem: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, pem, { mode: 0o600 });
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
