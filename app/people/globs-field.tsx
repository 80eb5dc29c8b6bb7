"use client";

import { Field, Input } from "../components/field.tsx";
import { useWords } from "../words/index.ts";
import { readGlobs, wrongGlob } from "./globs.ts";

/** Names with `*`, typed with spaces between them. */
export function GlobsField({
  of,
  text,
  onChange,
}: {
  of: "topics" | "channels";
  text: string;
  onChange: (text: string) => void;
}) {
  const t = useWords("users");
  const globs = readGlobs(text);
  const wrong = wrongGlob(globs);
  const error =
    wrong === null ? (globs.length === 0 ? t("globs.none") : undefined) : t("globs.wrong", { glob: wrong });
  return (
    <Field label={t(`globs.${of}`)} hint={t("globs.hint")} error={error}>
      {(ids) => (
        <Input
          {...ids}
          value={text}
          className="font-mono"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
