"use client";

import { useId } from "react";
import { cn } from "./classes.ts";

/** A question with a few answers of a word or two, side by side; `RadioCards` where each wants a note. */
export function RadioLine<Value extends string>({
  label,
  choices,
  value,
  onChange,
  className,
}: {
  label: string;
  choices: readonly { readonly value: Value; readonly label: string }[];
  value: Value;
  onChange: (value: Value) => void;
  className?: string;
}) {
  const name = useId();
  return (
    <fieldset className={cn("flex flex-wrap gap-x-4 gap-y-1 text-13", className)}>
      <legend className="mb-1 text-12 font-medium">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className="flex min-h-7 items-center gap-1.5 pointer-coarse:min-h-11">
          <input
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
            className="accent-accent"
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
