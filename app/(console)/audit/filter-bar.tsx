"use client";

import { useEffect, useId, useState } from "react";
import { useMessages } from "use-intl";
import { Button } from "../../components/button.tsx";
import { Input, Select } from "../../components/field.tsx";
import { useWords } from "../../words/index.ts";
import { type Field, fields, type useFilters, windows } from "./filters.ts";

/** Typed text waits so long before it is looked for. */
const typingMs = 250;

export function FilterBar({ wanted, choose, clear, isAny }: ReturnType<typeof useFilters>) {
  const t = useWords("audit");
  return (
    <search className="mb-4 grid grid-cols-2 gap-2 md:grid-cols-4 xl:grid-cols-[1fr_1.7fr_1fr_1fr_1fr_1.2fr_1fr_auto]">
      {fields.map((field) => (
        <TextFilter
          key={field}
          field={field}
          value={wanted[field] ?? ""}
          onChange={(value) => void choose({ [field]: value === "" ? null : value }, { history: "replace" })}
        />
      ))}
      <Select
        aria-label={t("filter.window")}
        value={wanted.window ?? ""}
        onChange={(event) =>
          void choose({ window: windows.find((one) => one === event.target.value) ?? null })
        }
      >
        <option value="">{t("window.all")}</option>
        {windows.map((value) => (
          <option key={value} value={value}>
            {t(`window.${value}`)}
          </option>
        ))}
      </Select>
      <Button disabled={!isAny} onClick={clear}>
        {t("clear")}
      </Button>
    </search>
  );
}

function TextFilter({
  field,
  value,
  onChange,
}: {
  field: Field;
  value: string;
  onChange: (value: string) => void;
}) {
  const t = useWords("audit");
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed is waited for
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text.trim()), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  const known = useKnown(field);
  const list = useId();
  return (
    <>
      <Input
        list={known.length > 0 ? list : undefined}
        type={field === "actor" ? "search" : "text"}
        aria-label={t(`filter.${field}`)}
        placeholder={t(`filter.${field}`)}
        value={text}
        maxLength={260}
        onChange={(event) => setText(event.target.value)}
      />
      {known.length > 0 && (
        <datalist id={list}>
          {known.map(({ value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </datalist>
      )}
    </>
  );
}

/** What can be asked of a field that knows its own values. */
function useKnown(field: Field): readonly { readonly value: string; readonly words: string }[] {
  const { audit } = useMessages();
  const known: Readonly<Record<string, string>> =
    field === "action" ? audit.act : field === "result" ? audit.result : {};
  return Object.entries(known).map(([value, words]) => ({ value, words }));
}
