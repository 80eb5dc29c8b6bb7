"use client";

import { useEffect, useId, useState } from "react";
import { apiPathOfWindow, isName, rooms, type Snapshot } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Field, Input } from "../../components/field.tsx";
import { get } from "../../live/post.ts";
import { useWords } from "../../words/index.ts";

const askAfterMs = 150;
const namesMax = 20;

/** A channel's name: one that the topic has, or a new one. */
export function ChannelField({
  topic,
  value,
  own,
  onChange,
  disabled,
}: {
  topic: string;
  value: string;
  own: string;
  onChange: (channel: string) => void;
  disabled: boolean;
}) {
  const t = useWords("consume");
  const list = useId();
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    setNames([]);
    if (!isName(topic)) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const path = apiPathOfWindow(rooms.channels(topic), { limit: namesMax });
      const answer = await get<Snapshot<`channels:${string}`>>(path);
      if (!gone && answer.ok) setNames(answer.value.data?.keys ?? []);
    }, askAfterMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [topic]);
  const isGood = value === "" || isName(value);
  return (
    <Field
      label={t("channel")}
      className="w-72 max-sm:w-full"
      hint={value === own ? t("channel-own") : t("channel-shared")}
      error={isGood ? undefined : t("channel-wrong")}
    >
      {(ids) => (
        <>
          <Input
            {...ids}
            name="channel"
            list={list}
            className="font-mono"
            maxLength={64}
            disabled={disabled}
            value={value}
            onChange={(event) => onChange(event.target.value.trim())}
          />
          <datalist id={list}>
            {names.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          {value !== own && !disabled && (
            <Button size="small" kind="quiet" className="mt-1" onClick={() => onChange(own)}>
              {t("use-own", { channel: own })}
            </Button>
          )}
        </>
      )}
    </Field>
  );
}
