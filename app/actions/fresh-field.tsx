"use client";

import { Field, Input } from "../components/field.tsx";
import { useActionWords } from "./words.ts";

/** Who asks for what weighs most proves once more to be who they are. */
export function FreshField({ value, onChange }: { value: string; onChange: (password: string) => void }) {
  const { t } = useActionWords();
  return (
    <Field label={t("password")} hint={t("password-none")}>
      {(ids) => (
        <Input
          {...ids}
          type="password"
          autoComplete="current-password"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
