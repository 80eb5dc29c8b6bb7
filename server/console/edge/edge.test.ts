import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestConsole } from "../testing/test-console.ts";
import { isAllowedHost, isOwnOrigin } from "./guard.ts";

const seen: IncomingMessage[] = [];
const pages = createServer((request, response) => {
  seen.push(request);
  if (request.url === "/dies-early") {
    response.flushHeaders();
    response.destroy();
    return;
  }
  response.writeHead(200, {
    "content-type": "text/html",
    "set-cookie": "weir_session_1=stolen",
    "x-powered-by": "somebody",
    "content-security-policy": "default-src *",
  });
  response.end("<h1>a page</h1>");
});
let pagesUp = true;
let weir: TestConsole;

beforeAll(async () => {
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const { port } = pages.address() as AddressInfo;
  weir = await TestConsole.start([], { pagesUrl: () => (pagesUp ? `http://127.0.0.1:${port}` : null) });
  await weir.signIn();
});
afterAll(async () => {
  await weir[Symbol.asyncDispose]();
  pages.close();
});

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** With headers that fetch would not let through. */
function raw(path: string, headers: Record<string, string>, method = "GET"): Promise<Answer> {
  const url = new URL(weir.url);
  return new Promise((resolve, reject) => {
    const options = { host: url.hostname, port: url.port, path, method, headers, setHost: false };
    const request = httpRequest(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, body });
      });
    });
    request.on("error", reject);
    request.end();
  });
}

describe("who is meant", () => {
  const guard = { hostname: "box.lan", allowedHosts: ["Weir.Example.com"] };

  test.each([
    ["127.0.0.1:4171", true],
    ["[::1]:4171", true],
    ["localhost", true],
    ["box.lan:4171", true],
    ["weir.example.com", true],
    ["evil.test", false],
    ["evil.test:4171", false],
    ["127.0.0.1.evil.test", false],
    ["a b", false],
    ["", false],
    [undefined, false],
  ])("[CG1] Host %s: %s", (host, allowed) => {
    expect(isAllowedHost(host, guard)).toBe(allowed);
  });

  test.each([
    ["http://127.0.0.1:4171", "127.0.0.1:4171", true],
    ["https://weir.example.com", "weir.example.com:443", true],
    ["http://weir.example.com", "weir.example.com", true],
    ["http://127.0.0.1:4172", "127.0.0.1:4171", false],
    ["http://127.0.0.1:4171.evil.test", "127.0.0.1:4171", false],
    ["http://evil.test", "127.0.0.1:4171", false],
    ["file://127.0.0.1:4171", "127.0.0.1:4171", false],
    ["null", "127.0.0.1:4171", false],
    ["", "127.0.0.1:4171", false],
    [undefined, "127.0.0.1:4171", false],
  ])("[CG2] Origin %s at %s: %s", (origin, host, own) => {
    expect(isOwnOrigin(origin, host)).toBe(own);
  });

  test("[CG2] where people come by https, a page that came by http is another's", () => {
    expect(isOwnOrigin("https://weir.example.com", "weir.example.com", true)).toBe(true);
    expect(isOwnOrigin("http://weir.example.com", "weir.example.com", true)).toBe(false);
  });

  test.each(["/", "/signin", "/api/v1/overview", "/_next/static/x.js"])(
    "[CG1] a foreign Host is answered 421 at %s, cookie or not",
    async (path) => {
      expect(await raw(path, { host: "evil.test", cookie: weir.cookie })).toMatchObject({ status: 421 });
    },
  );

  test.each(["http://evil.test", "null"])("[CG2] Origin %s is refused, reading too", async (origin) => {
    expect((await weir.get("/api/v1/overview", { origin })).status).toBe(403);
    expect((await weir.get("/", { origin, accept: "text/html" })).status).toBe(403);
    expect((await weir.post("/api/v1/signout", {}, { origin })).status).toBe(403);
  });

  test("[CG2] a write without an Origin is refused, and so is what another site sent", async () => {
    const headers = { host: new URL(weir.url).host, cookie: weir.cookie, "content-type": "application/json" };
    expect(await raw("/api/v1/signout", headers, "POST")).toMatchObject({ status: 403 });
    expect((await weir.get("/api/v1/session", { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await weir.get("/api/v1/session")).status).toBe(200);
  });

  test("[CG3] a write has to be JSON, and a read changes nothing", async () => {
    const form = { "content-type": "text/plain" };
    expect((await weir.post("/api/v1/signout", "{}", form)).status).toBe(415);
    expect((await weir.get("/api/v1/signout")).status).toBe(404);
    expect((await weir.get("/api/v1/actions")).status).toBe(404);
    expect((await weir.get("/api/v1/session")).status).toBe(200);
  });
});

describe("without a session", () => {
  const apiPaths = [
    "session",
    "status",
    "overview",
    "topics",
    "topics/t",
    "topics/t/channels/c",
    "nodes",
    "nodes/n",
    "trace/0",
    "impact",
    "nothing",
  ];

  test.each(apiPaths)("[CG4] /api/v1/%s says 401 and nothing else", async (path) => {
    const response = await fetch(`${weir.url}/api/v1/${path}`);

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "no-session", requestId: expect.any(String) });
  });

  test("[CG4] a page leads to the explanation, a file or a part of a page is refused", async () => {
    const before = seen.length;
    const page = await raw("/topics", { host: new URL(weir.url).host, accept: "text/html" });
    const bypasses = [
      ["/", { rsc: "1", accept: "text/html" }],
      ["/topics", { "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree", rsc: "1" }],
      ["/topics.rsc", {}],
      ["/_next/static/chunks/x.js", {}],
      ["/_next/data/x.json", { "x-middleware-subrequest": "middleware:middleware:middleware" }],
    ] as const;
    const statuses = await Promise.all(
      bypasses.map(async ([path, headers]) => (await fetch(`${weir.url}${path}`, { headers })).status),
    );

    expect(page).toMatchObject({ status: 303, location: "/signin", body: "" });
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    expect(seen.length).toBe(before);
  });

  test("[CG4] the explanation needs no session and shows none of the data", async () => {
    const response = await fetch(`${weir.url}/signin`);

    expect(response.status).toBe(200);
    expect(await response.text()).toContain("weir console --new-link");
  });

  test("[CG4] a click in another site comes again from a page of ours, and never leads elsewhere", async () => {
    const site = { "sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site" };
    const { status, body } = await raw('//evil.test/"><b>', {
      host: new URL(weir.url).host,
      accept: "text/html",
      ...site,
    });

    expect(status).toBe(200);
    expect(body).toContain('content="0;url=/evil.test/&quot;&gt;&lt;b&gt;"');
  });
});

describe("pages", () => {
  test("[CG5] every answer has the headers that keep it to itself, a page its own nonce", async () => {
    const [one, other] = [
      await weir.get("/", { accept: "text/html" }),
      await weir.get("/", { accept: "text/html" }),
    ];
    const api = await weir.get("/api/v1/session");

    for (const response of [one, api]) {
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    }
    const nonce = /'nonce-([^']+)'/;
    const policy = one.headers.get("content-security-policy")!;
    expect(policy).toMatch(/default-src 'self'; script-src 'self' 'nonce-[^']{20,}' 'strict-dynamic'/);
    expect(policy).not.toContain("default-src *");
    expect(nonce.exec(policy)![1]).not.toBe(nonce.exec(other.headers.get("content-security-policy")!)![1]);
    expect(api.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(one.headers.getSetCookie()).toEqual([]);
    expect(one.headers.get("x-powered-by")).toBeNull();
  });

  test.each(["/topics/%ff", "/api/v1/topics/%"])(
    "[CG5] %s, which cannot be decoded, is refused with the same headers and not repeated",
    async (path) => {
      const answer = await weir.get(path);

      expect(answer.status).toBe(400);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await answer.text()).not.toContain("%");
    },
  );

  test("[CG5] the pages' process sees the headers it needs, the nonce, and no cookie but ours", async () => {
    await weir.get("/topics?q=a", {
      cookie: `other=1; ${weir.cookie}; weir_theme=dark`,
      accept: "text/html",
      rsc: "1",
      "x-middleware-subrequest": "middleware",
      "x-middleware-set-cookie": "a",
      "x-forwarded-host": "evil.test",
      "x-nextjs-data": "1",
      "next-action": "x",
      authorization: "Basic x",
      "content-security-policy": "script-src 'nonce-mine'",
    });
    const { url, headers } = seen.at(-1)!;

    expect(url).toBe("/topics?q=a");
    expect(headers["rsc"]).toBe("1");
    expect(headers["content-security-policy"]).toMatch(/'nonce-(?!mine)/);
    expect(headers.cookie).toBe(`${weir.cookie}; weir_theme=dark`);
    const leaked = [
      "x-middleware-subrequest",
      "x-middleware-set-cookie",
      "x-forwarded-host",
      "x-nextjs-data",
      "next-action",
      "authorization",
    ];
    expect(leaked.filter((name) => headers[name] !== undefined)).toEqual([]);
  });

  test("[CG6] a page is read only, and nothing but the live socket is upgraded", async () => {
    const before = seen.length;
    const post = await weir.post("/", {});
    const upgraded = await new Promise<string>((resolve) => {
      const { hostname, port } = new URL(weir.url);
      const socket = connect(Number(port), hostname, () => {
        const head = `GET /_next/webpack-hmr HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\n`;
        socket.write(`${head}Upgrade: websocket\r\nOrigin: ${weir.url}\r\nCookie: ${weir.cookie}\r\n\r\n`);
      });
      socket.once("data", (data) => resolve(data.toString()));
    });

    expect(post.status).toBe(404);
    expect(upgraded).toMatch(/^HTTP\/1.1 400 /);
    expect(seen.length).toBe(before);
  });

  test("[CG7] while the pages' process is away a page says so, and the API goes on", async () => {
    pagesUp = false;
    const page = await weir.get("/", { accept: "text/html" });
    const api = await weir.get("/api/v1/session");
    pagesUp = true;

    expect(page.status).toBe(503);
    expect(await page.text()).toContain("The pages are being started");
    expect(api.status).toBe(200);
  });

  test("[CG7] a page whose process dies before its first byte is away as well, not broken", async () => {
    const page = await weir.get("/dies-early", { accept: "text/html" });

    expect([page.status, page.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(await page.text()).toContain("The pages are being started");
  });
});
