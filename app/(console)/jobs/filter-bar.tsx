"use client";

import { Button } from "../../components/button.tsx";
import { Input, Select } from "../../components/field.tsx";
import { useWords } from "../../words/index.ts";
import { kinds, states, type useJobFilters } from "./filters.ts";

export function FilterBar({ wanted, choose, clear, isAny }: ReturnType<typeof useJobFilters>) {
  const t = useWords("jobs");
  return (
    <search className="mb-4 flex flex-wrap gap-2">
      <Input
        type="search"
        className="w-60"
        aria-label={t("filter.text")}
        placeholder={t("filter.text")}
        maxLength={260}
        value={wanted.q ?? ""}
        onChange={(event) =>
          void choose({ q: event.target.value === "" ? null : event.target.value }, { history: "replace" })
        }
      />
      <Select
        aria-label={t("filter.kind")}
        className="w-auto"
        value={wanted.kind ?? ""}
        onChange={(event) => void choose({ kind: kinds.find((one) => one === event.target.value) ?? null })}
      >
        <option value="">{t("filter.kinds")}</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`kind.${kind}`)}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t("filter.state")}
        className="w-auto"
        value={wanted.state ?? ""}
        onChange={(event) => void choose({ state: states.find((one) => one === event.target.value) ?? null })}
      >
        <option value="">{t("filter.states")}</option>
        {states.map((state) => (
          <option key={state} value={state}>
            {state === "open" ? t("filter.open") : t(`state.${state}`)}
          </option>
        ))}
      </Select>
      <Button disabled={!isAny} onClick={clear}>
        {t("filter.clear")}
      </Button>
    </search>
  );
}
