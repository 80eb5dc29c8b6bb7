import { base } from "../base.ts";

const yearSeconds = 365 * 24 * 3_600;

/** Of this browser, for the pages alone: what is in it is no secret and decides nothing but how pages look. */
export function setCookie(name: string, value: string): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  const age = value === "" ? 0 : yearSeconds;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser yet
  document.cookie = `${name}=${value}; Path=${base || "/"}; Max-Age=${age}; SameSite=Lax${secure}`;
}
