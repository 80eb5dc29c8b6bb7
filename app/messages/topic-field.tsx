"use client";

import { useEffect, useId, useState } from "react";
import { apiPathOfWindow, isName, rooms, type Snapshot } from "../../server/console/contract/index.ts";
import { Field, Input } from "../components/field.tsx";
import { get } from "../live/post.ts";
import { useWords } from "../words/index.ts";

const askAfterMs = 150;
const namesMax = 20;

/** A topic's name, with those that have what was typed in them. */
export function TopicField({
  value,
  onChange,
  names: rendered = [],
  label,
  hint,
  disabled = false,
  className,
}: {
  value: string;
  onChange: (topic: string) => void;
  /** Offered before anything was typed. */
  names?: readonly string[];
  label: string;
  hint?: string;
  disabled?: boolean;
  className?: string;
}) {
  const t = useWords("messages");
  const list = useId();
  const [names, setNames] = useState(rendered);
  const isGood = value === "" || isName(value);

  useEffect(() => {
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await get<Snapshot<"topics">>(
        apiPathOfWindow(rooms.topics, { q: value, limit: namesMax }),
      );
      if (!gone && answer.ok) setNames(answer.value.data?.keys ?? []);
    }, askAfterMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [value]);

  return (
    <Field
      label={label}
      hint={hint}
      error={isGood ? undefined : t("bad-name")}
      {...(className && { className })}
    >
      {(ids) => (
        <>
          <Input
            {...ids}
            name="topic"
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
        </>
      )}
    </Field>
  );
}
