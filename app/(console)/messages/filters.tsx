"use client";

import { useState } from "react";
import { decide, instantOf, isName } from "../../../server/console/contract/index.ts";
import { filterCharactersMax } from "../../../server/protocol/tap-filter.ts";
import { Button } from "../../components/button.tsx";
import { Field, Input, Select } from "../../components/field.tsx";
import { useLive } from "../../live/provider.tsx";
import { AttemptsField, ChannelField, ClientField, KindButtons } from "../../messages/event-fields.tsx";
import { TopicField } from "../../messages/topic-field.tsx";
import { useWords } from "../../words/index.ts";
import { type Asked, isFiltered, ranges, type useAsked, wrongIn } from "./asked.ts";

type Change = ReturnType<typeof useAsked>;

/** What is looked for. Everything of it stands in the address. */
export function Filters({ asked, type, set, clear, names }: Change & { names: readonly string[] }) {
  const t = useWords("messages");
  const wrong = wrongIn(asked);
  return (
    <search aria-label={t("filters.label")} className="mb-3 block">
      <div className="grid grid-cols-2 gap-x-3 gap-y-2 lg:grid-cols-5">
        <TopicField
          label={t("filters.topic")}
          names={names}
          value={asked.topic}
          onChange={(topic) => type({ topic })}
        />
        <ChannelField
          value={asked.channel}
          isWrong={wrong.has("channel")}
          onChange={(channel) => type({ channel })}
        />
        <ClientField value={asked.client} onChange={(client) => type({ client })} />
        <AttemptsField
          value={asked.attempts}
          isWrong={wrong.has("attempts")}
          onChange={(attempts) => type({ attempts })}
        />
        <Range asked={asked} set={set} isWrong={wrong.has("from") || wrong.has("to")} />
      </div>
      <BodyField asked={asked} type={type} isWrong={wrong.has("body")} />
      <div className="flex flex-wrap items-center gap-1">
        <KindButtons chosen={asked.event} onChange={(event) => set({ event })} />
        {isFiltered(asked) && (
          <Button size="small" kind="quiet" onClick={clear}>
            {t("filters.clear")}
          </Button>
        )}
      </div>
    </search>
  );
}

/** What the body has, of one topic's messages: for those who may read them. */
function BodyField({
  asked: { topic, body },
  type,
  isWrong,
}: Pick<Change, "asked" | "type"> & { isWrong: boolean }) {
  const t = useWords("messages");
  const { session } = useLive();
  const isChosen = isName(topic);
  const isAllowed = decide(session, "read-bodies", isChosen ? { topic } : {}).ok;
  if (!isAllowed && body === "") return null;
  return (
    <Field
      label={t("filters.body")}
      className="my-2 max-w-160"
      hint={isChosen ? t("filters.body-hint") : t("filters.body-topic")}
      error={isWrong ? t("filters.body-wrong") : undefined}
    >
      {(ids) => (
        <Input
          {...ids}
          type="search"
          className="font-mono"
          maxLength={filterCharactersMax}
          disabled={!isChosen}
          value={body}
          onChange={(event) => type({ body: event.target.value })}
        />
      )}
    </Field>
  );
}

function Range({ asked, set, isWrong }: { asked: Asked; set: Change["set"]; isWrong: boolean }) {
  const t = useWords("messages");
  const preset = asked.to === "now" && ranges.find((range) => range === asked.from);
  const [isOwn, setOwn] = useState(!preset);
  return (
    <div className="min-w-0">
      <Field label={t("filters.time")} error={isWrong ? t("filters.time-wrong") : undefined}>
        {(ids) => (
          <Select
            {...ids}
            value={isOwn ? "own" : asked.from}
            onChange={(event) => {
              const { value } = event.target;
              setOwn(value === "own");
              if (value !== "own") set({ from: value, to: "now" });
              else {
                const nowMs = Date.now();
                const fromMs = instantOf(asked.from, nowMs) ?? nowMs - 3_600_000;
                set({ from: new Date(fromMs).toISOString(), to: new Date(nowMs).toISOString() });
              }
            }}
          >
            {ranges.map((range) => (
              <option key={range} value={range}>
                {t(`range.${range}`)}
              </option>
            ))}
            <option value="own">{t("range.own")}</option>
          </Select>
        )}
      </Field>
      {isOwn && (
        <div className="mb-2 space-y-1">
          <Instant label={t("filters.from")} value={asked.from} onChange={(from) => set({ from })} />
          <Instant label={t("filters.to")} value={asked.to} onChange={(to) => set({ to })} />
        </div>
      )}
    </div>
  );
}

/** In the browser's own zone; the address has it in UTC. */
function Instant({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const ms = instantOf(value, Date.now());
  const local =
    ms === null ? "" : new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  return (
    <Input
      aria-label={label}
      type="datetime-local"
      step={1}
      value={local}
      onChange={(event) => {
        const chosen = new Date(event.target.value);
        if (!Number.isNaN(chosen.getTime())) onChange(chosen.toISOString());
      }}
    />
  );
}
