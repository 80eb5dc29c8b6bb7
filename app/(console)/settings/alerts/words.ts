"use client";

import {
  type Alert,
  type AlertCondition,
  type AlertRule,
  alertConditions,
} from "../../../../server/console/contract/index.ts";
import { paths } from "../../../paths.ts";
import { useFormat, useWords } from "../../../words/index.ts";

/** A figure of a condition, with its unit. */
export function useFigure(): (condition: AlertCondition, value: number | null) => string {
  const t = useWords("alerts");
  const f = useFormat();
  return (condition, value) => {
    switch (alertConditions[condition].unit) {
      case "none":
        return "";
      case "ms":
        return condition === "oldest" ? f.age(value) : f.span(value);
      case "rate":
        return t("perSecond", { rate: f.rate(value) });
      case "count":
        return t("messages", { count: f.count(value) });
    }
  };
}

/** "waiting messages > 100,000 for 10 m, on orders*, channels *" */
export function useRuleWords(): (rule: AlertRule) => string {
  const t = useWords("alerts");
  const f = useFormat();
  const figure = useFigure();
  return ({ condition, threshold, forMs, topics, channels }) => {
    const { on } = alertConditions[condition];
    const what =
      threshold === null
        ? t(`condition.${condition}`)
        : t("over", { what: t(`condition.${condition}`), figure: figure(condition, threshold) });
    const long = forMs === 0 ? t("atOnce", { what }) : t("forLong", { what, time: f.age(forMs) });
    if (on === "node") return long;
    const place = on === "topic" ? topics : `${topics}/${channels}`;
    return place === "*" || place === "*/*" ? long : t("within", { what: long, place });
  };
}

export function objectOf({ topic, channel, node }: Pick<Alert, "topic" | "channel" | "node">): string {
  return channel === null ? (topic ?? node ?? "") : `${topic}/${channel}`;
}

/** Where something can be done about it. */
export function hrefOf({ topic, channel, node }: Pick<Alert, "topic" | "channel" | "node">): string {
  if (topic !== null && channel !== null) return paths.channel(topic, channel);
  return topic === null ? paths.node(node ?? "") : paths.topic(topic);
}

/** A rule's name; those that a cluster begins with are in the reader's language. */
export function useRuleName(): (name: string) => string {
  const t = useWords("alerts");
  return (name) => {
    const key = `first.${name}` as "first.Starved";
    return !name.includes(".") && t.has(key) ? t(key) : name;
  };
}
