/**
 * The console's JSON API. Reads are GET; writes are POST with `Content-Type: application/json`
 * and the page's own `Origin`. Every answer that is not 2xx has an `ApiFailure` as its body.
 * Everything needs a session, sent as the cookie: without one the answer is 401 `no-session`, a
 * page is redirected to `signInPath`, and a socket is refused at the handshake (`connect_error`
 * with no reason a browser could read: ask `apiPaths.session` why).
 * 503 `session-unknown`: the console has just started and only Postgres, which does not answer yet, can
 * tell whose session this is. Nothing is shown, and it is worth trying again.
 */
import type { Drain } from "./cluster.ts";
import type { HistoryObject, HistoryWindow } from "./history.ts";
import type { Action, Needs, Permissions } from "./permissions.ts";
import type { Room } from "./rooms.ts";
import { isWindowRoom, tableOf, type WindowRequest, type WindowRoom, windowQuery } from "./windows.ts";

export const apiBase = "/api/v1";

/** Served by the console itself, without a session: with `?token=` it signs in, else it says how to. */
export const signInPath = "/signin";

/**
 * A name as a part of a path. `..` is a legal name and would lead to the parent, so names with a dot at
 * either end stand between two signs that no name has.
 */
export function partOfName(name: string): string {
  const encoded = encodeURIComponent(name);
  return name.startsWith(".") || name.endsWith(".") ? `=${encoded}=` : encoded;
}

/** The same back, from a part that is decoded already. */
export function nameOfPart(decoded: string): string {
  return /^=.*=$/s.test(decoded) ? decoded.slice(1, -1) : decoded;
}

const part = encodeURIComponent;

/** Paths on the console. `R` in the comments is `Snapshot<room>` of rooms.ts, with `rev` 0; no such thing: 404. */
export const apiPaths = {
  /** GET: `SessionInfo`. */
  session: `${apiBase}/session`,
  /** GET `?q=`: `FoundNames`. */
  search: `${apiBase}/search`,
  /** GET `?topic=`, `?topic=&channel=` or `?node=`: `Siblings`. */
  siblings: `${apiBase}/siblings`,
  /** GET: `ConsoleInfo`. */
  console: `${apiBase}/console`,
  /** GET: `About`. */
  about: `${apiBase}/about`,
  /** POST `TokenRequest`: `MintedToken`. */
  consumeTokens: `${apiBase}/consume/tokens`,
  /** POST `{}`: 204. */
  consumeTokenRevoke: (id: string) => `${apiBase}/consume/tokens/${part(id)}/revoke`,
  /** GET `?topic=&channel=`: `BrowserConnections`. */
  consumeConnections: `${apiBase}/consume/connections`,
  /** POST `{ rdy: number | null }`: 204. null: no longer. */
  consumeThrottle: (id: string) => `${apiBase}/consume/connections/${part(id)}/throttle`,
  /** POST `{}`: 204. */
  consumeDisconnect: (id: string) => `${apiBase}/consume/connections/${part(id)}/disconnect`,
  /** POST, `{}`: 204. */
  signOut: `${apiBase}/signout`,
  /** GET: R. */
  status: `${apiBase}/status`,
  overview: `${apiBase}/overview`,
  /** Its query is a `WindowRequest`, as `windowQuery` writes it; of `clients` and `channels` likewise. */
  topics: `${apiBase}/topics`,
  /** GET, `topics`' query and `format=csv|ndjson`: a file of all topics that match. */
  topicsFile: `${apiBase}/topics-file`,
  channels: (topic: string) => `${apiBase}/topics/${partOfName(topic)}/channels`,
  /** Asked of the nodes when it is watched: without a watcher there are none. */
  clients: (topic: string, channel: string) =>
    `${apiBase}/topics/${partOfName(topic)}/channels/${partOfName(channel)}/clients`,
  topic: (topic: string) => `${apiBase}/topics/${partOfName(topic)}`,
  channel: (topic: string, channel: string) =>
    `${apiBase}/topics/${partOfName(topic)}/channels/${partOfName(channel)}`,
  nodes: `${apiBase}/nodes`,
  cluster: `${apiBase}/cluster`,
  audit: `${apiBase}/audit/live`,
  node: (node: string) => `${apiBase}/nodes/${part(node)}`,
  /** GET: `InactiveTopics`. Asked of the lookups each time. */
  inactive: `${apiBase}/inactive`,
  /** GET: `InFlightView`. What the nodes say of one instant; so are the next ones. */
  inFlight: (topic: string, channel: string) => `${apiPaths.channel(topic, channel)}/inflight`,
  /** GET: `DeferredView`. */
  deferred: (topic: string, channel: string) => `${apiPaths.channel(topic, channel)}/deferred`,
  /** GET: `ProducersView`. */
  producers: (topic: string) => `${apiPaths.topic(topic)}/producers`,
  /** GET: `OptionsView` of the nodes that have the topic, and of all. */
  optionsOfTopic: (topic: string) => `${apiPaths.topic(topic)}/options`,
  options: `${apiBase}/options`,
  /** GET: `NodeClientsView`. */
  nodeClients: (node: string) => `${apiPaths.node(node)}/clients`,
  /** GET: `LogView`. */
  log: (node: string) => `${apiPaths.node(node)}/log`,
  /** GET: `RegistrationsView`. */
  registrations: `${apiBase}/registrations`,
  /** GET: `PostgresHealth`. 404: there is none. */
  postgres: `${apiBase}/postgres`,
  /** GET: `Trace`. 503 `database-away` while Postgres does not answer. */
  trace: (id: string) => `${apiBase}/trace/${part(id)}`,
  /** GET `EventsQuery`: `EventsPage`. 504 `timeout`: narrow the time range. */
  events: `${apiBase}/events`,
  /** GET `EventsQuery` and `format=csv|ndjson`: a file of at most `exportRowsMax` rows; its last line says if it was cut. */
  eventsFile: `${apiBase}/events/file`,
  /** GET: `BodyAnswer`; `?whole=1` for up to `bodyBytesShown` of it. */
  body: (topic: string, id: string) => `${apiBase}/topics/${partOfName(topic)}/messages/${part(id)}`,
  /** GET: the body itself, as a file. 404 `not-found`: nobody has it any more. */
  bodyFile: (topic: string, id: string) => `${apiBase}/topics/${partOfName(topic)}/messages/${part(id)}/file`,
  /** GET: `HistoryView`, of a window until now or of a time (`fromMs`, `toMs`). 503 `database-away` without Postgres. */
  /** POST `{ topics }`, at most `sparksMax`: `SparkRow[]`. */
  sparks: `${apiBase}/history/sparks`,
  history: (
    object: HistoryObject,
    range: HistoryWindow | { readonly fromMs: number; readonly toMs: number },
  ) =>
    `${apiBase}/history?object=${part(object)}&${typeof range === "string" ? `window=${range}` : `from=${range.fromMs}&to=${range.toMs}`}`,
  /** GET: `AlertsView`, of what its reader sees. */
  alerts: `${apiBase}/alerts`,
  /** GET `?before=`: `AlertHistory`. */
  alertHistory: `${apiBase}/alerts/history`,
  /** POST `AlertRuleInput`: the new `AlertRule`; to `/:id`: the changed one; to `/:id/delete`, `{}`: 204. */
  alertRules: `${apiBase}/alerts/rules`,
  /** POST `MuteRequest`: 204. */
  alertMutes: `${apiBase}/alerts/mutes`,
  /** POST `WebhookInput`: `WebhookMade`; to `/:id`: 204; to `/:id/delete`, `{}`: 204; to `/:id/try`, `{}`: `WebhookTried`. */
  alertWebhooks: `${apiBase}/alerts/webhooks`,
  /** GET: `RetentionView`. POST `HistorySettings`: `RetentionView`. */
  retention: `${apiBase}/retention`,
  /** POST `PublishRequest`: `PublishResult`. */
  publish: `${apiBase}/publish`,
  /** GET: `Impact`. */
  impact: (target: ActionTarget) =>
    `${apiBase}/impact?action=${part(target.action)}&topic=${part(target.topic)}${target.channel ? `&channel=${part(target.channel)}` : ""}`,
  /** POST `DrainRequest`: `DrainStarted`, when the node has begun. How far it is stands in the room `cluster`. */
  drain: (node: string) => `${apiBase}/nodes/${part(node)}/drain`,
  /** GET: R, the newest; with `?before=` (milliseconds) older ones, `readonly JobRow[]`. POST `JobRequest`: `JobView`, or `JobPreview` of a dry run. */
  jobs: `${apiBase}/jobs`,
  /** GET: R. */
  job: (id: string) => `${apiBase}/jobs/${part(id)}`,
  /** POST, `{}`: `JobView`. It stops at the end of a batch. */
  cancelJob: (id: string) => `${apiBase}/jobs/${part(id)}/cancel`,
  /** POST, `{}`: the `JobView` of the job that gives it back. */
  undoJob: (id: string) => `${apiBase}/jobs/${part(id)}/undo`,
  /** POST `ActionRequest`: `ActionResult`; 409 `impact-changed` with a fresh `impact`. */
  actions: `${apiBase}/actions`,
} as const;

/** Rooms of which there is one. */
export const singleRooms = ["status", "overview", "nodes", "cluster", "audit", "jobs"] as const;
export type SingleRoom = (typeof singleRooms)[number];
export function isSingleRoom(room: string): room is SingleRoom {
  return (singleRooms as readonly string[]).includes(room);
}

/** Where a window of a long table is read without a socket. */
export function apiPathOfWindow(room: WindowRoom, request: WindowRequest): string {
  const query = windowQuery(request);
  if (room === "topics") return apiPaths.topics + query;
  const name = room.slice(room.indexOf(":") + 1);
  if (tableOf(room) === "channels") return apiPaths.channels(name) + query;
  const slash = name.indexOf("/");
  return apiPaths.clients(name.slice(0, slash), name.slice(slash + 1)) + query;
}

/** Where a room's view is read without a socket; of a long table with its first rows. */
export function apiPathOfRoom(room: Room): string {
  if (isWindowRoom(room)) return apiPathOfWindow(room, {});
  if (isSingleRoom(room)) return apiPaths[room];
  const colon = room.indexOf(":");
  const name = room.slice(colon + 1);
  if (room.startsWith("topic:")) return apiPaths.topic(name);
  if (room.startsWith("node:")) return apiPaths.node(name);
  if (room.startsWith("job:")) return apiPaths.job(name);
  const slash = name.indexOf("/");
  return apiPaths.channel(name.slice(0, slash), name.slice(slash + 1));
}

export const failureCodes = [
  "no-session",
  "session-unknown",
  "bad-origin",
  "bad-host",
  "bad-request",
  "bad-content-type",
  "too-large",
  "too-many",
  "not-found",
  "forbidden",
  "fresh-needed",
  "wrong-password",
  "name-taken",
  "confirm-name",
  "reason-needed",
  "impact-changed",
  "impact-unknown",
  "not-over",
  "too-late",
  "no-node",
  "node-refused",
  "node-unreachable",
  "database-away",
  "timeout",
  "internal",
] as const;
export type FailureCode = (typeof failureCodes)[number];

export interface ApiFailure {
  readonly code: FailureCode;
  /** One sentence in English, for people. */
  readonly message: string;
  readonly requestId: string;
  /** What the node said, such as `E_BAD_TOPIC` or `INVALID_TOPIC`. */
  readonly nodeCode?: string;
  /** With `impact-changed`: what it would be now. */
  readonly impact?: Impact;
  /** With `forbidden`: what is missing. */
  readonly needs?: Needs;
}

/** Who is signed in, and what they may. */
export interface SessionInfo extends Permissions {
  readonly user: string;
  readonly signedInAtMs: number;
  /** The latest it can last. */
  readonly expiresAtMs: number;
}

/** Names that have the text somewhere in them, at most twenty of each kind; `more` of them are left out. */
export interface FoundNames {
  readonly topics: readonly string[];
  /** By their own name, or by `topic/channel`. */
  readonly channels: readonly { readonly topic: string; readonly channel: string }[];
  readonly nodes: readonly { readonly key: string; readonly hostname: string | null }[];
  readonly more: number;
}

/** What stands beside something of its kind, by name. */
export interface Siblings {
  readonly previous: string | null;
  readonly next: string | null;
}

/** What a console was started as. */
export interface ConsoleInfo {
  readonly version: string;
  /** `--environment`, such as `production`; empty: nobody said. */
  readonly environment: string;
}

/** Words that stand for the system nobody tries things out on: it is marked in red, and asked twice. */
export function isProduction(environment: string): boolean {
  return /^prod(uction)?\b/i.test(environment);
}

export interface Library {
  readonly name: string;
  readonly version: string;
  /** As the package itself says it: an SPDX expression. */
  readonly licence: string;
}

export interface About {
  readonly version: string;
  readonly licence: string;
  readonly nodeVersion: string;
  readonly startedAtMs: number;
  readonly libraries: readonly Library[];
}

/** NSQ's names: `^[.a-zA-Z0-9_-]{1,64}$`, with `#ephemeral` at the end or not, 64 characters in all. */
export const namePattern = /^[.a-zA-Z0-9_-]+(#ephemeral)?$/;
export const nameCharactersMax = 64;
export function isName(name: string): boolean {
  return name.length >= 1 && name.length <= nameCharactersMax && namePattern.test(name);
}

/** 16 hexadecimal digits, in small letters. */
export const messageIdPattern = /^[0-9a-f]{16}$/;

export interface PublishRequest {
  readonly topic: string;
  readonly body: string;
  /** How `body` is written; default `text`, which is sent as UTF-8. */
  readonly encoding?: "text" | "base64" | "hex";
  /** Each line of the text that is not empty is a message. */
  readonly lines?: boolean;
  /** So many times the same message; at most `publishCountMax`, deferred `publishDeferredMax`. */
  readonly count?: number;
  /** Deferred by so many milliseconds. */
  readonly deferMs?: number;
  /** A node's key; default: one that is up. */
  readonly node?: string;
}

export interface PublishResult {
  readonly node: string;
  /** Of all bodies together. */
  readonly bytes: number;
  readonly messages: number;
  readonly tookMs: number;
  /** What the node answered: `OK`. */
  readonly answer: string;
  /** When a deferred message is due. */
  readonly dueAtMs: number | null;
  /** The topic is durable there: Postgres had it before the node answered. null: not known, as of a topic that was just made. */
  readonly durable: boolean | null;
  /** Of a single one; null: the node does not say it, or it is deferred. */
  readonly messageId: string | null;
}

/** Messages of one request. NSQ has no MPUB that defers: those are published one by one. */
export const publishCountMax = 1_000;
export const publishDeferredMax = 100;
/** Bodies published from a page; a node may allow less (`--max-msg-size`). */
export const publishBytesMax = 1024 * 1024;

/**
 * What can be done to a topic or a channel, and how much is asked first (A2.7):
 * 0 nothing, 1 a plain confirmation, 2 the impact and the typed name, 3 also a reason.
 */
export const actionLevels = {
  "create-topic": 0,
  "create-channel": 0,
  "pause-topic": 1,
  "unpause-topic": 1,
  "pause-channel": 1,
  "unpause-channel": 1,
  "kick-client": 1,
  "tombstone-topic": 1,
  "empty-topic": 2,
  "empty-channel": 2,
  "delete-topic": 2,
  "delete-channel": 2,
  "make-durable": 3,
  "make-memory": 3,
} as const;
export type ActionName = keyof typeof actionLevels;

/** Pausing and taking it back are one right, a class either way another. */
export function policyOfAction(name: ActionName): Action {
  if (name.startsWith("make-")) return "make-durable";
  return name.replace(/^un|-(topic|channel|client)$/g, "") as
    | "create"
    | "pause"
    | "empty"
    | "delete"
    | "kick"
    | "tombstone";
}

export interface ActionTarget {
  readonly action: ActionName;
  readonly topic: string;
  /** With the actions on a channel, and with that on a client of one. */
  readonly channel?: string;
  /** A node's key, with `kick-client` and `tombstone-topic`: where the client is, or what lookups shall not name. */
  readonly node?: string;
  /** With `kick-client`: its address, as the node has it. */
  readonly client?: string;
}

export interface ActionRequest extends ActionTarget {
  /** From level 2 on: the name as typed (the topic's, or the channel's), and the etag of the impact that was shown. */
  readonly confirm?: { readonly name: string; readonly etag: string };
  /** At level 3 there has to be one. */
  readonly reason?: string;
  /** Keys of the nodes; default: all. For "Retry there". A class is said to all of them in any case. */
  readonly nodes?: readonly string[];
}

/** What an action would remove or stop, counted by the server at one instant. */
export interface Impact extends ActionTarget {
  readonly etag: string;
  readonly atMs: number;
  readonly messages: {
    readonly total: number;
    readonly waiting: number;
    readonly inFlight: number;
    readonly deferred: number;
  };
  readonly channels: number;
  readonly consumers: number;
  /** Keys of the nodes it would happen on, and of those that cannot be reached now. */
  readonly nodes: readonly string[];
  readonly missing: readonly string[];
  readonly undoable: boolean;
}

export interface ActionNodeResult {
  readonly node: string;
  readonly ok: boolean;
  /** What the node answered, or why it did not: `TOPIC_NOT_FOUND`, `unreachable`. Empty when all went well. */
  readonly code: string;
  readonly tookMs: number;
}

export interface ActionResult extends ActionTarget {
  readonly outcome: "done" | "partly" | "failed";
  readonly nodes: readonly ActionNodeResult[];
  readonly requestId: string;
}

export interface DrainRequest {
  readonly confirm: { readonly name: string };
  readonly reason: string;
}

export interface DrainStarted {
  readonly node: string;
  readonly drain: Drain;
  readonly requestId: string;
}

/** Topics that lookups know and no node has, with the channels they would have. */
export interface InactiveTopics {
  readonly topics: readonly { readonly topic: string; readonly channels: readonly string[] }[];
  /** What lookups failed to say; empty: nothing. */
  readonly failures: readonly string[];
}

export type TraceEventKind = "publish" | "deliver" | "finish" | "requeue" | "timeout" | "touch" | "drop";

export interface TraceEvent {
  readonly atMs: number;
  readonly kind: TraceEventKind;
  readonly topic: string;
  /** null: it happened to the message in the topic, not in a channel. */
  readonly channel: string | null;
  /** The node's id, or null when that is not recorded. */
  readonly node: string | null;
  readonly client: { readonly id: string; readonly address: string } | null;
  /** Deliveries so far, this one included. */
  readonly attempts: number | null;
  /** Of a REQ or a deferred publish. */
  readonly delayMs: number | null;
}

/** The life of one message as the audit has it, oldest event first. */
export interface Trace {
  readonly id: string;
  readonly atMs: number;
  readonly events: readonly TraceEvent[];
  /** More events than are here. */
  readonly cut: boolean;
  /** How far behind the audit may be now; null: not known. */
  readonly lagMs: number | null;
  /** Events the nodes had to drop, ever: with any, "no event" proves nothing. null: not known. */
  readonly gaps: number | null;
  /** Since when there is history; null: none yet, or not known. */
  readonly sinceMs: number | null;
}
