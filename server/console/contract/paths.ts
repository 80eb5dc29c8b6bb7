/**
 * The console's JSON API. Reads are GET; writes are POST with `Content-Type: application/json`
 * and the page's own `Origin`. Every answer that is not 2xx has an `ApiFailure` as its body.
 * Everything needs a session, sent as the cookie: without one the answer is 401 `no-session`, a
 * page is redirected to `signInPath`, and a socket is refused at the handshake (`connect_error`
 * with no reason a browser could read: ask `apiPaths.session` why).
 * 503 `session-unknown`: the console has just started and only Postgres, which does not answer yet, can
 * tell whose session this is. Nothing is shown, and it is worth trying again.
 */
import type { ActionTarget } from "./actions.ts";
import type { HistoryObject, HistoryWindow } from "./history.ts";
import { partOfName } from "./names.ts";
import type { Room } from "./rooms.ts";
import { isWindowRoom, tableOf, type WindowRequest, type WindowRoom, windowQuery } from "./windows.ts";

export const apiBase = "/api/v1";

/** Served by the console itself, without a session: with `?token=` it signs in, else it says how to. */
export const signInPath = "/signin";

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
  channelsFile: (topic: string) => `${apiPaths.topic(topic)}/channels-file`,
  /** Of those that are known now: asked for while nobody watches them, it has none. */
  clientsFile: (topic: string, channel: string) => `${apiPaths.channel(topic, channel)}/clients-file`,
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
  /** GET: `PoisonView`. */
  poison: (topic: string, channel: string) => `${apiPaths.channel(topic, channel)}/poison`,
  /** GET `HeldQuery`: `HeldView`, of many channels. */
  held: `${apiBase}/held`,
  /** POST `ChosenMessagesRequest`: `ChosenMessagesResult`. */
  chosenMessages: (topic: string, channel: string) => `${apiPaths.channel(topic, channel)}/messages`,
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
  /** GET: `MessageNowView`. */
  messageNow: (topic: string, id: string) => `${apiPaths.body(topic, id)}/now`,
  /** The same of a message of which nothing but its id is known: all nodes are asked. */
  messageNowOf: (id: string) => `${apiPaths.trace(id)}/now`,
  /** GET: the body itself, as a file. 404 `not-found`: nobody has it any more. */
  bodyFile: (topic: string, id: string) => `${apiBase}/topics/${partOfName(topic)}/messages/${part(id)}/file`,
  /** POST `{ topics }`, at most `sparksMax`: `SparkRow[]`. */
  sparks: `${apiBase}/history/sparks`,
  /** GET: `HistoryView`, of a window until now or of a time (`fromMs`, `toMs`). 503 `database-away` without Postgres. */
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
  /** POST `AdoptRequest`: `Adopted`, when the logs are that node's. How it goes on stands in the room `cluster`. */
  adopt: (node: string) => `${apiBase}/nodes/${part(node)}/adopt`,
  /** POST `FailoverTestRequest`: `FailoverTestStarted`. Never where the environment is production. */
  failoverTest: (node: string) => `${apiBase}/nodes/${part(node)}/failover`,
  /** POST, `{}`: `NodeTombstoned`, when every lookup was told of every topic that the node has. */
  tombstoneNode: (node: string) => `${apiBase}/nodes/${part(node)}/tombstone`,
  /** GET: R, the newest; with `?before=` (milliseconds) older ones, `readonly JobRow[]`. POST `JobRequest`: `JobView`, or `JobPreview` of a dry run. */
  jobs: `${apiBase}/jobs`,
  /** GET: R. */
  job: (id: string) => `${apiBase}/jobs/${part(id)}`,
  /** GET: the file that it made. */
  jobFile: (id: string) => `${apiBase}/jobs/${part(id)}/file`,
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
