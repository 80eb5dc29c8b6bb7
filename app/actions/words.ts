import { type ActionTarget, actionLevels, type Impact } from "../../server/console/contract/index.ts";
import { count, plural } from "../live/format.ts";

export interface ActionWords {
  /** "Pause", "Empty": what the button that opens the dialog says. */
  readonly verb: string;
  readonly title: string;
  /** What it does, and what cannot be taken back. */
  readonly effect: string;
  readonly done: string;
}

/** "orders" or "orders/billing". */
function objectOf(target: ActionTarget): string {
  return target.channel === undefined ? target.topic : `${target.topic}/${target.channel}`;
}

/** The name to type before something is lost: the channel's, else the topic's. */
export function typedName(target: ActionTarget): string {
  return target.channel ?? target.topic;
}

export function wordsOf(target: ActionTarget): ActionWords {
  const object = objectOf(target);
  const say = (verb: string, done: string, effect: string): ActionWords => ({
    verb,
    title: `${verb} ${target.channel === undefined ? "topic" : "channel"} ${object}`,
    effect,
    done: `${done} ${object}`,
  });
  switch (target.action) {
    case "create-topic":
      return say("Create", "Created", "It stays until it is deleted, with or without messages.");
    case "create-channel":
      return say(
        "Create",
        "Created",
        "It gets every message published from now on, and what waits at the topic if it is the first.",
      );
    case "pause-topic":
      return say(
        "Pause",
        "Paused",
        "New messages wait at the topic. Its channels finish what they already have.",
      );
    case "unpause-topic":
      return say("Unpause", "Unpaused", "What waits at the topic goes to its channels.");
    case "pause-channel":
      return say(
        "Pause",
        "Paused",
        "Consumers stay connected and get nothing. Messages in flight can still be finished; new ones wait.",
      );
    case "unpause-channel":
      return say("Unpause", "Unpaused", "Consumers get messages again.");
    case "empty-topic":
      return say(
        "Empty",
        "Emptied",
        "Messages waiting at the topic are discarded. Its channels keep theirs.",
      );
    case "empty-channel":
      return say(
        "Empty",
        "Emptied",
        "Messages waiting, in flight and deferred in this channel are discarded. Other channels keep theirs.",
      );
    case "delete-topic":
      return say(
        "Delete",
        "Deleted",
        "The topic goes, with all its channels and messages, and their consumers are disconnected.",
      );
    case "delete-channel":
      return say(
        "Delete",
        "Deleted",
        "The channel goes with its messages, and its consumers are disconnected.",
      );
    case "make-durable":
      return {
        verb: "Make durable",
        title: `Make topic ${object} durable`,
        effect:
          "On every node, from now on: a publish is answered when Postgres has it, and a node that dies loses nothing of it. It costs each publish a commit, and while Postgres is away publishes are refused. What was published before stays as it is.",
        done: `${object} is durable`,
      };
    case "make-memory":
      return {
        verb: "Keep in memory",
        title: `Keep topic ${object} in memory`,
        effect:
          "On every node, from now on: a publish is answered when the node has it, and what a node holds in memory is lost when it is killed. What was published before stays durable.",
        done: `${object} is kept in memory`,
      };
  }
}

/** Whether its impact is shown first, and the name has to be typed. */
export function isWeighty(target: ActionTarget): boolean {
  return actionLevels[target.action] >= 2;
}

/** Whether somebody has to say why. */
export function needsReason(target: ActionTarget): boolean {
  return actionLevels[target.action] === 3;
}

/** Whether something is lost by it, now or later. */
export function isDangerous(target: ActionTarget): boolean {
  return isWeighty(target) && target.action !== "make-durable";
}

/** "18,204 messages: 17,003 waiting, 1,144 in flight, 57 deferred; 3 nodes; 2 consumers connected." */
export function impactSentence(impact: Impact): string {
  const { messages, nodes, consumers, channels } = impact;
  const parts =
    messages.total === 0
      ? "No messages"
      : `${plural(messages.total, "message")}: ${count(messages.waiting)} waiting, ${count(messages.inFlight)} in flight, ${count(messages.deferred)} deferred`;
  const withChannels = impact.action === "delete-topic" ? `; ${plural(channels, "channel")}` : "";
  return `${parts}${withChannels}; ${plural(nodes.length, "node")}; ${plural(consumers, "consumer")} connected.`;
}

/** "Empty 18,204 messages", "Delete orders and 12 messages", "Pause orders/billing". */
export function buttonWords(target: ActionTarget, impact: Impact | null): string {
  const { verb } = wordsOf(target);
  if (target.action === "make-durable") return `Make ${target.topic} durable`;
  if (target.action === "make-memory") return `Keep ${target.topic} in memory`;
  if (impact === null || !isWeighty(target)) return `${verb} ${objectOf(target)}`;
  const messages = plural(impact.messages.total, "message");
  if (verb === "Empty") return `${verb} ${messages}`;
  return impact.messages.total === 0
    ? `${verb} ${objectOf(target)}`
    : `${verb} ${objectOf(target)} and ${messages}`;
}
