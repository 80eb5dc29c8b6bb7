import type { ComponentProps } from "react";
import { Field, Input } from "../components/field.tsx";

/** What has to be typed before something weighty is done: a name, or how many. */
export function TypedField({
  label,
  value,
  onChange,
  inputMode,
}: Pick<ComponentProps<"input">, "inputMode"> & {
  label: string;
  value: string;
  onChange: (typed: string) => void;
}) {
  return (
    <Field label={label}>
      {(ids) => (
        <Input
          {...ids}
          inputMode={inputMode}
          className="font-mono"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
