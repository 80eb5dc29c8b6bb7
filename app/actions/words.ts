import {
  type ActionName,
  type ActionTarget,
  actionLevels,
  type Impact,
} from "../../server/console/contract/index.ts";
import type { Formats } from "../live/format.ts";
import { useFormat, useWords } from "../words/index.ts";

export type ActionT = ReturnType<typeof useWords<"actions">>;

/** "orders", "orders/billing", or the client or node that it is about. */
function objectOf({ topic, channel, client, node, action }: ActionTarget): string {
  if (client !== undefined) return client;
  if (action === "tombstone-topic" && node !== undefined) return node;
  return channel === undefined ? topic : `${topic}/${channel}`;
}

/** The name to type before something is lost: the channel's, else the topic's. */
export function typedName(target: ActionTarget): string {
  return target.channel ?? target.topic;
}

/** Whether its impact is shown first, and the name has to be typed. */
export function isWeighty(target: ActionTarget): boolean {
  return actionLevels[target.action] >= 2;
}

/** Whether somebody has to say why. `impact` null: it is not counted yet, or not at all. */
export function needsReason(target: ActionTarget, impact: Impact | null): boolean {
  return (impact?.level ?? actionLevels[target.action]) === 3;
}

/** Whether something is lost by it, now or later. */
export function isDangerous(target: ActionTarget): boolean {
  return isWeighty(target) && target.action !== "make-durable";
}

/** The words of actions in the reader's language. */
export function useActionWords(): ActionWords {
  return new ActionWords(useWords("actions"), useFormat());
}

export class ActionWords {
  readonly t: ActionT;
  readonly #f: Formats;

  constructor(t: ActionT, f: Formats) {
    this.t = t;
    this.#f = f;
  }

  /** "Pause", "Empty": what the button that opens the dialog says. */
  verb(action: ActionName): string {
    return this.t(`verb.${action}`);
  }

  title(target: ActionTarget): string {
    return this.t(`title.${target.action}`, this.#names(target));
  }

  /** What it does, and what cannot be taken back. */
  effect(target: ActionTarget): string {
    return this.t(`effect.${target.action}`, this.#names(target));
  }

  done(target: ActionTarget): string {
    return this.t(`done.${target.action}`, this.#names(target));
  }

  /** "18,204 messages: 17,003 waiting, 1,144 in flight, 57 deferred; 3 nodes; 2 consumers connected." */
  impact({ messages, nodes, consumers, channels, action }: Impact): string {
    const parts = [
      messages.total === 0
        ? this.t("impact.no-messages")
        : this.t("impact.messages", {
            count: messages.total,
            total: this.#f.count(messages.total),
            waiting: this.#f.count(messages.waiting),
            inFlight: this.#f.count(messages.inFlight),
            deferred: this.#f.count(messages.deferred),
          }),
      action === "delete-topic" ? this.t("impact.channels", { count: channels }) : null,
      this.t("impact.nodes", { count: nodes.length }),
      this.t("impact.consumers", { count: consumers }),
    ];
    return this.t("impact.sentence", {
      parts: parts.filter((part) => part !== null).join(this.t("impact.join")),
    });
  }

  /** "Empty 18,204 messages", "Delete orders and 12 messages", "Pause orders/billing". */
  button(target: ActionTarget, impact: Impact | null): string {
    const { action } = target;
    const name = objectOf(target);
    const count = impact?.messages.total ?? 0;
    const figures = { name, count, shown: this.#f.count(count) };
    if (impact !== null && (action === "empty-topic" || action === "empty-channel"))
      return this.t("button.empty-messages", figures);
    if (count > 0 && (action === "delete-topic" || action === "delete-channel"))
      return this.t("button.delete-messages", figures);
    return this.t(`button.${action}`, { name });
  }

  /** Whether it can be taken back, and until when. */
  undo({ action }: ActionTarget, { undoable }: Impact): string {
    if (action === "make-durable" || action === "make-memory") return this.t("undo.class");
    return undoable ? this.t("undo.possible") : this.t("undo.none");
  }

  /** What a node answered, or why it did not. */
  nodeCode(code: string): string {
    const [word = ""] = code.split(":");
    const known = `node-code.${word}` as "node-code.unreachable";
    return this.t.has(known) ? this.t(known, { detail: code.slice(word.length + 1).trim() }) : code;
  }

  #names(target: ActionTarget) {
    return {
      name: objectOf(target),
      topic: target.topic,
      channel: target.channel ?? "",
      node: target.node ?? "",
    };
  }
}
