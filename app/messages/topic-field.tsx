"use client";

import { apiPathOfWindow, isName, rooms } from "../../server/console/contract/index.ts";
import { Field } from "../components/field.tsx";
import { useWords } from "../words/index.ts";
import { NameInput, offeredNamesMax } from "./name-input.tsx";

/** A topic's name, with those that have what was typed in them. */
export function TopicField({
  value,
  onChange,
  names = [],
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
  const isGood = value === "" || isName(value);
  return (
    <Field
      label={label}
      hint={hint}
      error={isGood ? undefined : t("bad-name")}
      {...(className && { className })}
    >
      {(ids) => (
        <NameInput
          {...ids}
          name="topic"
          offers={apiPathOfWindow(rooms.topics, { q: value, limit: offeredNamesMax })}
          rendered={names}
          disabled={disabled}
          value={value}
          onChange={onChange}
        />
      )}
    </Field>
  );
}
