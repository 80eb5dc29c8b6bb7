import type { World } from "./world.ts";

/**
 * `new`: nothing was published yet. `none`: nothing matches. `missing`: there is no such thing. `viewer`: somebody who
 * may only look, and not at everything. `partial`: one of two nodes does not answer.
 * `error`: Postgres does not. `disconnected`: the page has lost its line to the console, wherever it shows something.
 */
export const states = [
  "new",
  "loaded",
  "none",
  "missing",
  "viewer",
  "partial",
  "error",
  "disconnected",
] as const;
export type State = (typeof states)[number];

/** In all of these a page is at the same address. */
type Standing = Exclude<State, "none" | "missing" | "disconnected">;

interface WalkedPage {
  readonly id: string;
  readonly at: (world: World) => string;
  readonly in: readonly Standing[];
  /** Addresses of the states that have one of their own. */
  readonly none?: string;
  readonly missing?: string;
}

const node = ({ node }: World) => `/nodes/${encodeURIComponent(node)}`;
const channel = "/topics/orders/channels/billing";

export const pages: readonly WalkedPage[] = [
  {
    id: "overview",
    at: () => "/",
    in: ["new", "loaded", "viewer", "partial", "error"],
  },
  {
    id: "topics",
    at: () => "/topics",
    in: ["new", "loaded", "viewer", "partial"],
    none: "/topics?q=nothing-like-it",
  },
  {
    id: "topic",
    at: () => "/topics/orders",
    in: ["loaded", "viewer", "partial", "error"],
    missing: "/topics/never.made",
  },
  { id: "topic-nodes", at: () => "/topics/orders?tab=nodes", in: ["loaded", "partial"] },
  { id: "topic-producers", at: () => "/topics/orders?tab=producers", in: ["loaded"] },
  { id: "topic-charts", at: () => "/topics/orders?tab=charts&window=1h", in: ["loaded", "error"] },
  { id: "topic-config", at: () => "/topics/invoices?tab=config", in: ["loaded"] },
  {
    id: "channel",
    at: () => channel,
    in: ["loaded", "viewer", "partial"],
    missing: "/topics/orders/channels/never.made",
  },
  {
    id: "channel-paused",
    at: () => "/topics/sessions%23ephemeral/channels/held%23ephemeral",
    in: ["loaded"],
  },
  { id: "channel-inflight", at: () => `${channel}?tab=inflight`, in: ["loaded", "viewer"] },
  { id: "channel-deferred", at: () => `${channel}?tab=deferred`, in: ["loaded"] },
  { id: "channel-nodes", at: () => `${channel}?tab=nodes`, in: ["loaded"] },
  { id: "channel-charts", at: () => `${channel}?tab=charts`, in: ["loaded"] },
  { id: "nodes", at: () => "/nodes", in: ["new", "loaded", "partial"] },
  { id: "node", at: node, in: ["loaded", "partial"], missing: "/nodes/127.0.0.1%3A1" },
  { id: "node-clients", at: (world) => `${node(world)}?tab=clients`, in: ["loaded"] },
  { id: "node-resources", at: (world) => `${node(world)}?tab=resources`, in: ["loaded"] },
  { id: "node-config", at: (world) => `${node(world)}?tab=config`, in: ["loaded"] },
  { id: "node-log", at: (world) => `${node(world)}?tab=log`, in: ["loaded"] },
  { id: "lookup", at: () => "/lookup", in: ["new", "loaded"], none: "/lookup?q=nothing-like-it" },
  {
    id: "messages",
    at: () => "/messages",
    in: ["new", "loaded", "viewer", "error"],
    none: "/messages?topic=nothing.like.it",
  },
  {
    id: "message",
    at: ({ message }) => `/messages/${message}`,
    in: ["loaded", "viewer", "error"],
    missing: "/messages/0000000000000001",
  },
  { id: "tail", at: () => "/tail", in: ["new", "loaded"] },
  { id: "tail-topic", at: () => "/tail?topic=orders", in: ["loaded"] },
  { id: "publish", at: () => "/publish?topic=orders", in: ["loaded", "viewer"] },
  { id: "consume", at: () => "/consume", in: ["new", "loaded", "viewer"] },
  { id: "cluster", at: () => "/cluster", in: ["new", "loaded", "partial", "error"] },
  { id: "jobs", at: () => "/jobs", in: ["new", "loaded", "error"] },
  {
    id: "job",
    at: ({ job }) => `/jobs/${job}`,
    in: ["loaded", "error"],
    missing: "/jobs/00000000-0000-4000-8000-000000000000",
  },
  {
    id: "audit",
    at: () => "/audit",
    in: ["loaded", "viewer", "error"],
    none: "/audit?topic=nothing.like.it",
  },
  { id: "users", at: () => "/settings/users", in: ["loaded", "viewer", "error"] },
  { id: "tokens", at: () => "/settings/tokens", in: ["new", "loaded", "error"] },
  { id: "sessions", at: () => "/settings/sessions", in: ["loaded"] },
  { id: "auth", at: () => "/settings/auth", in: ["loaded"] },
  { id: "alerts", at: () => "/settings/alerts", in: ["new", "loaded", "viewer", "error"] },
  { id: "retention", at: () => "/settings/retention", in: ["loaded", "viewer"] },
  { id: "appearance", at: () => "/settings/appearance", in: ["loaded"] },
  { id: "about", at: () => "/settings/about", in: ["loaded"] },
  { id: "design", at: () => "/design", in: ["loaded"] },
];

export interface Visit {
  readonly page: string;
  readonly state: State;
  readonly theme: "light" | "dark";
  readonly locale: "en" | "zh";
}

export const visits: readonly Visit[] = pages.flatMap((page) =>
  states
    .filter((state) => isIn(page, state))
    .flatMap((state) =>
      (["light", "dark"] as const).flatMap((theme) =>
        (["en", "zh"] as const).map((locale) => ({ page: page.id, state, theme, locale })),
      ),
    ),
);

function isIn(page: WalkedPage, state: State): boolean {
  if (state === "none" || state === "missing") return page[state] !== undefined;
  return page.in.includes(state === "disconnected" ? "loaded" : state);
}

/** Of those that are disconnected: each kind of thing that then is old or closed, once. */
const disconnectedOften = new Set(["overview", "channel", "messages", "publish", "jobs"]);

/** What is walked each time: of what looks alike on every page, a few pages. */
export const oftenVisits = visits.filter(
  ({ page, state }) => state !== "disconnected" || disconnectedOften.has(page),
);

export function addressOf({ page: id, state }: Visit, world: World): string {
  const page = pages.find((one) => one.id === id)!;
  return state === "none" || state === "missing" ? page[state]! : page.at(world);
}
