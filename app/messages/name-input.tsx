"use client";

import { type ComponentProps, useEffect, useId, useState } from "react";
import type { Snapshot } from "../../server/console/contract/index.ts";
import { Input } from "../components/field.tsx";
import { get } from "../live/post.ts";

const askAfterMs = 150;

/** Names to offer in an input. Bounded: how many a window of names has at most is in its path. */
export const offeredNamesMax = 20;

/**
 * A topic's or a channel's name, with names to choose from: those of the window at `offers`, asked for a moment after it
 * changed (null: none), and until they are there `rendered`.
 */
export function NameInput({
  offers,
  rendered = [],
  onChange,
  ...rest
}: Omit<ComponentProps<"input">, "onChange" | "list"> & {
  offers: string | null;
  rendered?: readonly string[];
  onChange: (name: string) => void;
}) {
  const list = useId();
  const [names, setNames] = useState(rendered);
  useEffect(() => {
    if (offers === null) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await get<Snapshot<"topics" | `channels:${string}`>>(offers);
      if (!gone && answer.ok) setNames(answer.value.data?.keys ?? []);
    }, askAfterMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [offers]);
  return (
    <>
      <Input
        {...rest}
        list={list}
        className="font-mono"
        maxLength={64}
        onChange={(event) => onChange(event.target.value.trim())}
      />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
