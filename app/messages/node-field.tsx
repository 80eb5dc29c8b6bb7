"use client";

import { Field, Select } from "../components/field.tsx";
import { useStatus } from "../live/use-room.ts";

/** One node, or none in particular; nothing where there is but one. */
export function NodeField({
  label,
  any,
  value,
  onChange,
  className,
}: {
  label: string;
  /** What it says where no node is chosen. */
  any: string;
  /** Its key; "": any. */
  value: string;
  onChange: (node: string) => void;
  className?: string;
}) {
  const { data } = useStatus();
  if (data.nodes.length <= 1 && value === "") return null;
  const keys = data.nodes.map(({ key }) => key);
  return (
    <Field label={label} {...(className && { className })}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{any}</option>
          {(value === "" || keys.includes(value) ? keys : [value, ...keys]).map((key) => (
            <option key={key} value={key}>
              {key}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
