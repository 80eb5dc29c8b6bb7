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
:root { color-scheme: light dark; --bg: #fff; --text: #14181f; --muted: #566070; --surface: #f6f7f9; --line: #7f8896 }
@media (prefers-color-scheme: dark) { :root { --bg: #0e1116; --text: #e6eaf0; --muted: #9aa4b2; --surface: #161b22; --line: #667082 } }
body { margin: 0; background: var(--bg); color: var(--text); font: 14px/1.5 system-ui, sans-serif }
main { max-width: 40rem; margin: 15vh auto 0; padding: 0 16px }
h1 { font-size: 20px; margin: 0 0 12px }
p { margin: 0 0 12px; color: var(--muted) }
code { display: block; padding: 8px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--surface); color: var(--text); overflow-x: auto }
a { color: inherit }
</style>
</head>
<body><main><h1>${title}</h1>
${body}
</main></body>
</html>
`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
  return { html, policy };
}

const newLinkCommand = `<code tabindex="0">npx weir console --new-link --data-path=.weir/console</code>`;

/** How to sign in; `failed`: with the link that was just tried it did not work. */
export function signInPage(nonce: string, failed: boolean): PlainPage {
  const first = failed
    ? "<p>This link has been used, or is more than a quarter of an hour old. Each link works once.</p>"
    : "<p>Weir shows nothing without a session. Open the sign-in link that was printed when it was started.</p>";
  const body = `${first}
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
