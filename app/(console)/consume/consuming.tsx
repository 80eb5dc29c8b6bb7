"use client";

import { useEffect, useState } from "react";
import type { BridgeError } from "../../../client/browser/index.ts";
import { Empty } from "../../components/empty.tsx";
import { Field, Input } from "../../components/field.tsx";
import { Status, type Tone } from "../../components/status.tsx";
import { BodyView } from "../../messages/body-view.tsx";
import { usePreferences } from "../../preferences/provider.tsx";
import { Key } from "../../shell/key.tsx";
import { useKey } from "../../shell/keys.ts";
import { useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";
import { Happenings } from "./happenings.tsx";
import { HeldList } from "./held-list.tsx";
import { Leaving } from "./leaving.tsx";
import { type Act, type Held, type HeldOptions, useHeld } from "./use-held.ts";

const delaySMax = 3_600;
const tones = {
  connecting: "info",
  consuming: "ok",
  paused: "paused",
  closed: "crit",
} as const satisfies Record<string, Tone>;

/** While it consumes. What is held goes back to the channel when this is gone. */
export function Consuming({ onHolds, ...options }: HeldOptions & { onHolds: (count: number) => void }) {
  const t = useWords("consume");
  const { held, act, state, error, granted, nodes, refused, happened } = useHeld(options);
  const { topic, channel } = options;
  const { preferences } = usePreferences();
  const wordsOf = useFailureWords();
  const [delayText, setDelayText] = useState("0");
  const [chosenOne, choose] = useState<Held | null>(null);
  const chosen = held.find(({ message }) => message === chosenOne?.message) ?? held[0] ?? null;
  const delayS = Number(delayText);
  const isDelayGood = delayText !== "" && delayS >= 0 && delayS <= delaySMax;
  const count = held.length;
  useEffect(() => onHolds(count), [onHolds, count]);

  function errorWords({ code, message }: BridgeError): string {
    const key = `error.${code}` as "error.lost";
    return t.has(key) ? t(key) : message;
  }

  function answer(what: Act, one: Held | null): void {
    if (one === null) return;
    const at = held.indexOf(one);
    if (what !== "touch") choose(held[at + 1] ?? held[at - 1] ?? null);
    void act(what, one, isDelayGood ? delayS * 1_000 : 0);
  }
  useKey("f", () => answer("finish", chosen));
  useKey("q", () => answer("requeue", chosen));
  useKey("t", () => answer("touch", chosen));

  return (
    <>
      {count > 0 && <Leaving count={count} />}
      <div className="my-3 flex flex-wrap items-start gap-x-6 gap-y-2 text-13">
        <p data-testid="consumer-state" className="mt-5.5 flex min-h-8 flex-wrap items-center gap-x-4">
          <Status tone={tones[state]}>{t(`state.${state}`)}</Status>
          <span>{t("holds", { count, rdy: granted ?? options.rdy })}</span>
          {state === "consuming" && (
            <span className="text-muted">{nodes === 0 ? t("no-node") : t("nodes", { count: nodes })}</span>
          )}
        </p>
        <Field
          label={t("delay")}
          className="w-36"
          error={isDelayGood ? undefined : t("delay-wrong", { most: delaySMax })}
        >
          {(ids) => (
            <Input
              {...ids}
              name="delay"
              inputMode="decimal"
              maxLength={6}
              value={delayText}
              onChange={(event) => setDelayText(event.target.value.trim())}
            />
          )}
        </Field>
        {preferences.keys === "on" && (
          <p className="mt-5.5 flex min-h-8 flex-wrap items-center gap-3 text-12 text-muted max-lg:hidden">
            {(["finish", "requeue", "touch"] as const).map((what) => (
              <span key={what} className="flex items-center gap-1">
                <Key>{what === "finish" ? "f" : what === "requeue" ? "q" : "t"}</Key>
                {t(`act.${what}`)}
              </span>
            ))}
          </p>
        )}
      </div>
      {refused !== null ? (
        <p role="status" className="mb-3">
          <Status tone="crit" className="whitespace-normal">
            {wordsOf(refused)}
          </Status>
        </p>
      ) : (
        error !== null &&
        state !== "consuming" && (
          <p role="status" className="mb-3">
            <Status tone={state === "closed" ? "crit" : "warn"} className="whitespace-normal">
              {errorWords(error)}
            </Status>
          </p>
        )
      )}
      {count === 0 ? (
        state === "consuming" && (
          <Empty title={options.autoFinish ? t("none-auto") : t("none")}>
            {t("none-note", { topic, channel })}
          </Empty>
        )
      ) : (
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <HeldList held={held} chosen={chosen} choose={choose} act={answer} />
          {chosen !== null && (
            <section aria-label={t("body-of", { id: chosen.message.id })} className="min-w-0">
              <BodyView
                key={chosen.message.id}
                bytes={chosen.message.bytes}
                size={chosen.message.bytes.length}
              />
            </section>
          )}
        </div>
      )}
      <Happenings happened={happened} />
    </>
  );
}
