import { Field, Input } from "../components/field.tsx";

/** A sentence: it is shown in a line of the audit. The API takes 1,000. */
const reasonCharactersMax = 200;

/** Why somebody does it: it stands in the audit. */
export function ReasonField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (reason: string) => void;
}) {
  return (
    <Field label={label}>
      {(ids) => (
        <Input
          {...ids}
          value={value}
          maxLength={reasonCharactersMax}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
