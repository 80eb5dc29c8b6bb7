"use client";

import { type ReactNode, useId } from "react";
import { cn } from "./classes.ts";

/** A question with a few answers, all in sight. The browser's own radio buttons, so that arrows move between them. */
export function RadioCards<Value extends string>({
  label,
  note,
  value,
  choices,
  onChange,
}: {
  label: string;
  note?: ReactNode;
  value: Value;
  choices: readonly {
    readonly value: Value;
    readonly label: string;
    readonly note?: ReactNode;
    readonly lang?: string;
  }[];
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="text-13 font-medium">{label}</legend>
      {note !== undefined && <p className="mt-0.5 text-12 text-muted">{note}</p>}
      <div className="mt-2 grid gap-2 sm:grid-cols-3">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={cn(
              "flex min-h-11 cursor-pointer items-center gap-2.5 rounded-card border px-3 py-2 hover:bg-surface",
              choice.value === value ? "border-accent" : "border-line",
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
              className="size-4 shrink-0 accent-accent"
            />
            <span className="min-w-0">
              <span lang={choice.lang} className="block">
                {choice.label}
              </span>
              {choice.note !== undefined && <span className="block text-12 text-muted">{choice.note}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
