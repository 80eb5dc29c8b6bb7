"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { decide } from "../../server/console/contract/index.ts";
import { Select } from "../components/field.tsx";
import { useLive } from "../live/provider.tsx";
import { useWords } from "../words/index.ts";

const whose = ["me", "all"] as const;

/** One's own, or everybody's for who manages people; in the address. */
export function useWhose() {
  const { session } = useLive();
  const mayAll = decide(session, "manage-users", {}).ok;
  const [asked, choose] = useQueryState("of", parseAsStringLiteral(whose).withDefault("me"));
  return { of: mayAll ? asked : ("me" as const), choose: (of: "me" | "all") => void choose(of), mayAll };
}

export function WhoseChoice({ of, choose, mayAll }: ReturnType<typeof useWhose>) {
  const t = useWords("sessions");
  if (!mayAll) return null;
  return (
    <Select
      aria-label={t("whose")}
      value={of}
      className="w-auto"
      onChange={(event) => choose(event.target.value === "all" ? "all" : "me")}
    >
      <option value="me">{t("mine")}</option>
      <option value="all">{t("everybodys")}</option>
    </Select>
  );
}
