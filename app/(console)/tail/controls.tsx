"use client";

import type { ReactNode } from "react";
import type { ApiFailure } from "../../../server/console/contract/index.ts";
import { Field, Input, Select } from "../../components/field.tsx";
import { AttemptsField, ChannelField, ClientField, KindButtons } from "../../messages/event-fields.tsx";
import { NodeField } from "../../messages/node-field.tsx";
import { TopicField } from "../../messages/topic-field.tsx";
import { useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";
import { shows, type useAsked, wrongIn } from "./asked.ts";

/** What is listened to. Everything of it stands in the address. */
export function Controls({
  asked,
  type,
  set,
  names,
  refused,
  children,
}: ReturnType<typeof useAsked> & {
  names: readonly string[];
  refused: ApiFailure | null;
  children: ReactNode;
}) {
  const t = useWords("tail");
  const wordsOf = useFailureWords();
  const wrong = wrongIn(asked);
  return (
    <search aria-label={t("controls")} className="mb-3 block">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <TopicField
          label={t("topic")}
          className="w-56 max-sm:w-full"
          names={names}
          value={asked.topic}
          onChange={(topic) => type({ topic })}
        />
        <Field label={t("show")} className="w-52 max-sm:w-full">
          {(ids) => (
            <Select
              {...ids}
              value={asked.show}
              onChange={(event) => set({ show: event.target.value as (typeof shows)[number] })}
            >
              {shows.map((show) => (
                <option key={show} value={show}>
                  {t(`shows.${show}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {asked.show === "copies" && (
          <Field
            label={t("filter")}
            className="min-w-56 max-w-112 flex-1 max-sm:w-full"
            hint={t("filter-hint")}
            error={
              wrong.has("filter") || refused?.code === "bad-request"
                ? t("filter-wrong")
                : refused !== null
                  ? wordsOf(refused)
                  : undefined
            }
          >
            {(ids) => (
              <Input
                {...ids}
                type="search"
                className="font-mono"
                maxLength={256}
                value={asked.filter}
                onChange={(event) => type({ filter: event.target.value })}
              />
            )}
          </Field>
        )}
        {asked.show === "outcomes" && (
          <>
            <ChannelField
              className="w-44 max-sm:w-full"
              value={asked.channel}
              isWrong={wrong.has("channel")}
              onChange={(channel) => type({ channel })}
            />
            <AttemptsField
              className="w-32 max-sm:w-full"
              value={asked.attempts}
              isWrong={wrong.has("attempts")}
              onChange={(attempts) => type({ attempts })}
            />
            <ClientField
              className="w-44 max-sm:w-full"
              value={asked.client}
              onChange={(client) => type({ client })}
            />
          </>
        )}
        <NodeField
          label={t("node")}
          any={t("all-nodes")}
          className="w-44 max-sm:w-full"
          value={asked.node}
          onChange={(node) => set({ node })}
        />
        {children}
      </div>
      {asked.show === "outcomes" && <KindButtons chosen={asked.event} onChange={(event) => set({ event })} />}
    </search>
  );
}
