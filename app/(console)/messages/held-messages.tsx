"use client";

import { isName } from "../../../server/console/contract/index.ts";
import { ChannelField } from "../../messages/event-fields.tsx";
import { TopicField } from "../../messages/topic-field.tsx";
import { useWords } from "../../words/index.ts";
import { Deferred, InFlight, Poison } from "../topics/[topic]/channels/[channel]/held.tsx";
import { type useAsked, wrongIn } from "./asked.ts";
import { HeldChannels } from "./held-channels.tsx";
import { Views } from "./views.tsx";

const ofChannel = { inflight: InFlight, deferred: Deferred, poison: Poison } as const;

/** Messages that wait for something now: of one channel with all that can be done with them, or of many. */
export function HeldMessages({
  names,
  ...change
}: ReturnType<typeof useAsked> & { names: readonly string[] }) {
  const t = useWords("messages");
  const { asked, type } = change;
  const { state, topic, channel } = asked;
  const wrong = wrongIn(asked);
  if (state === null) return null;
  const One = ofChannel[state];
  return (
    <>
      <search
        aria-label={t("filters.label")}
        className="mb-3 grid grid-cols-2 gap-x-3 gap-y-2 lg:grid-cols-5"
      >
        <TopicField
          label={t("filters.topic")}
          names={names}
          value={topic}
          onChange={(next) => type({ topic: next })}
        />
        <ChannelField
          value={channel}
          isWrong={wrong.has("channel")}
          onChange={(next) => type({ channel: next })}
        />
      </search>
      <div className="mb-2 flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
        <Views {...change} />
        <span className="text-12 text-muted">{t("held.note")}</span>
      </div>
      {isName(topic) && isName(channel) ? (
        <One key={`${topic}/${channel}`} topic={topic} channel={channel} />
      ) : (
        !wrong.has("topic") &&
        !wrong.has("channel") && <HeldChannels key={state} state={state} topic={topic} channel={channel} />
      )}
    </>
  );
}
