/** The few pages the console writes itself: they need no session, no script and no other process. */
import { chineseFaces } from "../contract/chinese-face.ts";
import { type Locale, localeTags } from "../contract/locale.ts";
import { plainParts } from "./chinese-font.ts";
import { plainWords, type SignInFailure } from "./plain-words.ts";

/** For whom a page is written: `nonce` is for its style, and of one request. */
export interface Reader {
  readonly nonce: string;
  readonly locale: Locale;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
}

/** `style-src` of these pages allows this one nonce. */
export interface PlainPage {
  readonly html: string;
  readonly policy: string;
}

const brand = `<p class="brand"><svg viewBox="0 0 32 32" aria-hidden="true"><path d="M3 10h9.5c4 0 6.2 2.1 6.2 5.9v5.7c0 2.1 1.1 3 2.9 3H29"/><path d="M3 16h7M3 22h7" stroke-opacity=".55"/></svg>Weir</p>`;

/** What a device has comes first: the packed font is loaded by those that have no Chinese. */
const fonts = {
  en: `"IBM Plex Sans", system-ui, sans-serif`,
  zh: `"IBM Plex Sans", "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans SC Variable", system-ui, sans-serif`,
};

function plainPage({ nonce, locale, base }: Reader, title: string, body: string, head = ""): PlainPage {
  const isChinese = locale === "zh";
  const faces = isChinese ? `${chineseFaces(plainParts, base)}\n` : "";
  const html = `<!doctype html>
<html lang="${localeTags[locale]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Weir</title>${head}
<style nonce="${nonce}">
${faces}:root { color-scheme: light dark; --bg: #fff; --text: #14181f; --muted: #566070; --surface: #f6f7f9; --line: #7f8896; --hair: #e2e5ea; --accent: #0f6e6e; --crit: #b91c1c }
@media (prefers-color-scheme: dark) { :root { --bg: #0e1116; --text: #e6eaf0; --muted: #9aa4b2; --surface: #161b22; --line: #667082; --hair: #262d37; --accent: #4fd1c5; --crit: #f87171 } }
body { margin: 0; background: var(--bg); color: var(--text); font: 14px/1.5 ${fonts[isChinese ? "zh" : "en"]} }
main { max-width: 30rem; margin: 12vh auto 48px; padding: 0 16px }
.brand { display: flex; align-items: center; gap: 8px; margin: 0 0 32px; font-size: 16px; font-weight: 600; color: var(--text) }
.brand svg { width: 28px; height: 28px; fill: none; stroke: var(--accent); stroke-width: 3; stroke-linecap: round }
h1 { font-size: 20px; line-height: 28px; margin: 0 0 8px }
p { margin: 0 0 12px; color: var(--muted) }
code { display: block; font-size: 12px; white-space: pre; padding: 8px 12px; border: 1px solid var(--hair); border-radius: 4px; background: var(--surface); color: var(--text); overflow-x: auto }
a { color: inherit }
form { display: grid; gap: 16px; margin: 24px 0; padding: 0 0 24px; border-bottom: 1px solid var(--hair) }
label { display: grid; gap: 4px; font-size: 12px; font-weight: 500; color: var(--muted) }
input { font: inherit; font-size: 16px; padding: 8px; border: 1px solid var(--line); border-radius: 4px; background: var(--bg); color: var(--text) }
button { font: inherit; font-weight: 500; min-height: 36px; padding: 8px 16px; border: 1px solid var(--accent); border-radius: 4px; background: var(--accent); color: var(--bg); cursor: pointer }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
[role=alert] { color: var(--crit) }
</style>
</head>
<body><main>
${brand}
<h1>${title}</h1>
${body}
</main></body>
</html>
`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}';${isChinese ? " font-src 'self';" : ""} frame-ancestors 'none'; base-uri 'none'; form-action 'self'`;
  return { html, policy };
}

const newLinkCommand = `<code tabindex="0">npx weir console --new-link --data-path=.weir/console</code>`;

export interface SignInPage {
  /** null: nothing was tried yet. */
  readonly failure: SignInFailure | null;
  /** Null: there are no passwords, for there is no Postgres. Else where the form is sent, and the name as typed. */
  readonly form: { readonly action: string; readonly user: string } | null;
}

/** How to sign in. */
export function signInPage(reader: Reader, { failure, form }: SignInPage): PlainPage {
  const { signIn: words, failures } = plainWords[reader.locale];
  const first = failure ? `<p role="alert">${failures[failure]}</p>` : `<p>${words.why}</p>`;
  const fields = form
    ? `<form method="post" action="${escapeHtml(form.action)}">
<label>${words.name} <input name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64" value="${escapeHtml(form.user)}"></label>
<label>${words.password} <input name="password" type="password" autocomplete="current-password" required maxlength="256"></label>
<button>${words.submit}</button>
</form>`
    : "";
  const body = `${first}
${fields}
<p>${words.link}</p>
<p>${words.newLink}</p>
${newLinkCommand}`;
  return plainPage(reader, failure === "link" ? words.linkFailed : words.title, body);
}

/** Sends the browser on to one of our own paths, from our own page: only then does it send a strict cookie. */
export function onwardPage(reader: Reader, path: string): PlainPage {
  // Two slashes at its beginning would make it another site's address.
  const to = escapeHtml(path.replace(/^[/\\]+/, "/"));
  const { title, go } = plainWords[reader.locale].onward;
  return plainPage(
    reader,
    title,
    `<p><a href="${to}">${go}</a></p>`,
    `\n<meta http-equiv="refresh" content="0;url=${to}">`,
  );
}

/** What is not there yet is tried again so often, by these pages themselves. */
export const retryAfterSeconds = 2;
const again = `\n<meta http-equiv="refresh" content="${retryAfterSeconds}">`;

/** A cookie or a link that only Postgres can judge, while it does not answer. */
export function waitingPage(reader: Reader): PlainPage {
  const { title, text } = plainWords[reader.locale].waiting;
  return plainPage(reader, title, `${paragraphs(text)}\n${newLinkCommand}`, again);
}

/** The pages' process is not up. */
export function startingPage(reader: Reader): PlainPage {
  const { title, text } = plainWords[reader.locale].starting;
  return plainPage(reader, title, paragraphs(text), again);
}

function paragraphs(text: readonly string[]): string {
  return text.map((one) => `<p>${one}</p>`).join("\n");
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
