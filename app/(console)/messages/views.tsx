"use client";

import { heldStates } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { useWords } from "../../words/index.ts";
import { type useAsked, views } from "./asked.ts";

/** What the rows are: what happened, told by event or by message; or what is waiting for something now. */
export function Views({ asked: { view, state }, set }: Pick<ReturnType<typeof useAsked>, "asked" | "set">) {
  const t = useWords("messages");
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{t("view.label")}</legend>
      {views.map((one) => (
        <Button
          key={one}
          size="small"
          kind={state === null && view === one ? "plain" : "quiet"}
          aria-pressed={state === null && view === one}
          onClick={() => set({ view: one, state: null })}
        >
          {t(`view.${one}`)}
        </Button>
      ))}
      {heldStates.map((one) => (
        <Button
          key={one}
          size="small"
          kind={state === one ? "plain" : "quiet"}
          aria-pressed={state === one}
          onClick={() => set({ state: one })}
        >
          {t(`held.${one}`)}
        </Button>
      ))}
    </fieldset>
  );
}
