/** The few pages the console writes itself: they need no session, no script and no other process. */

/** `style-src` of these pages allows this one nonce. */
export interface PlainPage {
  readonly html: string;
  readonly policy: string;
}

function plainPage(nonce: string, title: string, body: string, head = ""): PlainPage {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Weir</title>${head}
<style nonce="${nonce}">
:root { color-scheme: light dark; --bg: #fff; --text: #14181f; --muted: #566070; --surface: #f6f7f9; --line: #7f8896; --accent: #0f6e6e; --crit: #b91c1c }
@media (prefers-color-scheme: dark) { :root { --bg: #0e1116; --text: #e6eaf0; --muted: #9aa4b2; --surface: #161b22; --line: #667082; --accent: #4fd1c5; --crit: #f87171 } }
body { margin: 0; background: var(--bg); color: var(--text); font: 14px/1.5 system-ui, sans-serif }
main { max-width: 40rem; margin: 15vh auto 0; padding: 0 16px }
h1 { font-size: 20px; margin: 0 0 12px }
p { margin: 0 0 12px; color: var(--muted) }
code { display: block; padding: 8px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--surface); color: var(--text); overflow-x: auto }
a { color: inherit }
form { display: grid; gap: 12px; max-width: 20rem; margin: 0 0 24px }
label { display: grid; gap: 4px; font-size: 12px; font-weight: 500 }
input { font: inherit; font-size: 16px; padding: 8px; border: 1px solid var(--line); border-radius: 4px; background: var(--bg); color: var(--text) }
button { font: inherit; font-weight: 500; min-height: 36px; padding: 8px 16px; border: 1px solid var(--accent); border-radius: 4px; background: var(--accent); color: var(--bg); cursor: pointer; justify-self: start }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
[role=alert] { color: var(--crit) }
</style>
</head>
<body><main><h1>${title}</h1>
${body}
</main></body>
</html>
`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`;
  return { html, policy };
}

const newLinkCommand = `<code tabindex="0">npx weir console --new-link --data-path=.weir/console</code>`;

/** Why signing in did not work: the link, the name or password, too many tries, or Postgres that does not answer. */
export type SignInFailure = "link" | "password" | "locked" | "busy" | "away";

const failures: Readonly<Record<SignInFailure, string>> = {
  link: "This link has been used, or is too old. Each link works once.",
  password: "That is not the name and password of anybody here.",
  locked: "Too many wrong passwords: wait a while before the next try. It takes longer each time.",
  busy: "Too many people sign in at this moment: try again.",
  away: "Postgres does not answer, and only it knows passwords. A sign-in link works without it.",
};

export interface SignInPage {
  /** null: nothing was tried yet. */
  readonly failure: SignInFailure | null;
  /** Null: there are no passwords, for there is no Postgres. Else where the form is sent, and the name as typed. */
  readonly form: { readonly action: string; readonly user: string } | null;
}

/** How to sign in. */
export function signInPage(nonce: string, { failure, form }: SignInPage): PlainPage {
  const failed = failure === "link";
  const first = failure
    ? `<p role="alert">${failures[failure]}</p>`
    : "<p>Weir shows nothing without a session.</p>";
  const fields = form
    ? `<form method="post" action="${escapeHtml(form.action)}">
<label>Name <input name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64" value="${escapeHtml(form.user)}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required maxlength="256"></label>
<button>Sign in</button>
</form>`
    : "";
  const body = `${first}
${fields}
<p>Or open the sign-in link that was printed when Weir was started, or the one that an admin gave you.</p>
<p>To get another link, run this where Weir was started, with the console's own data path:</p>
${newLinkCommand}`;
  return plainPage(nonce, failed ? "This link does not work any more" : "Sign in", body);
}

/** Sends the browser on to one of our own paths, from our own page: only then does it send a strict cookie. */
export function onwardPage(nonce: string, path: string): PlainPage {
  // Two slashes at its beginning would make it another site's address.
  const to = escapeHtml(path.replace(/^[/\\]+/, "/"));
  return plainPage(
    nonce,
    "One moment",
    `<p><a href="${to}">Go on to the console</a></p>`,
    `\n<meta http-equiv="refresh" content="0;url=${to}">`,
  );
}

/** What is not there yet is tried again so often, by these pages themselves. */
export const retryAfterSeconds = 2;
const again = `\n<meta http-equiv="refresh" content="${retryAfterSeconds}">`;

/** A cookie or a link that only Postgres can judge, while it does not answer. */
export function waitingPage(nonce: string): PlainPage {
  const body = `<p>You are signed in again as soon as Postgres answers. This page goes on by itself.</p>
<p>The console was started a moment ago, and only Postgres knows who was signed in before. Nodes, consumers and producers are not affected.</p>
<p>A new sign-in link works without Postgres. Run this where Weir was started:</p>
${newLinkCommand}`;
  return plainPage(nonce, "Waiting for Postgres", body, again);
}

/** The pages' process is not up. */
export function startingPage(nonce: string): PlainPage {
  const body = `<p>The pages are being started. This page tries again by itself.</p>
<p>Nodes, consumers and producers are not affected.</p>`;
  return plainPage(nonce, "Starting", body, again);
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
