"use client";

import { Play, Square } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";
import { type FormEvent, useState } from "react";
import { type Action, decide, isName } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Field, Input } from "../../components/field.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import { useLive } from "../../live/provider.tsx";
import { TopicField } from "../../messages/topic-field.tsx";
import { useWords } from "../../words/index.ts";
import { ChannelField } from "./channel-field.tsx";
import { Consuming } from "./consuming.tsx";
import { LeaveDialog } from "./leaving.tsx";
import { ownChannel } from "./own-channel.ts";
import { rdyMax } from "./use-held.ts";

const rdyDefault = "5";

/** A person as a consumer. Nothing is taken before they say so: an address that was sent to them takes nothing. */
export function Consume({ names }: { names: readonly string[] }) {
  const t = useWords("consume");
  const { session } = useLive();
  const own = ownChannel(session.user);
  const [asked, setAsked] = useQueryStates(
    { topic: parseAsString.withDefault(""), channel: parseAsString.withDefault(own) },
    { history: "replace" },
  );
  const { topic, channel } = asked;
  const [rdyText, setRdyText] = useState(rdyDefault);
  const [autoFinish, setAutoFinish] = useState(false);
  const [on, setOn] = useState(false);
  const [holds, setHolds] = useState(0);
  const [isStopping, setIsStopping] = useState(false);
  const closed = useClosed(topic, channel);
  const rdy = Number(rdyText);
  const isRdyGood = Number.isInteger(rdy) && rdy >= 1 && rdy <= rdyMax;
  const ready = isName(topic) && isName(channel) && isRdyGood && closed === null;

  function stop(): void {
    setIsStopping(false);
    setOn(false);
    setHolds(0);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!on) setOn(ready);
    else if (holds > 0) setIsStopping(true);
    else stop();
  }

  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <p className="mb-4 flex items-baseline gap-2 rounded-card border border-warn/40 bg-warn/8 px-3 py-2">
        <Shape tone="warn" className="translate-y-px" />
        <span>{t("banner")}</span>
      </p>
      <form onSubmit={submit} className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <TopicField
          label={t("topic")}
          className="w-56 max-sm:w-full"
          names={names}
          disabled={on}
          value={topic}
          onChange={(next) => void setAsked({ topic: next || null })}
        />
        <ChannelField
          topic={topic}
          value={channel}
          own={own}
          disabled={on}
          onChange={(next) => void setAsked({ channel: next })}
        />
        <Field
          label={t("rdy")}
          className="w-40"
          hint={t("rdy-hint")}
          error={isRdyGood ? undefined : t("rdy-wrong", { most: rdyMax })}
        >
          {(ids) => (
            <Input
              {...ids}
              name="rdy"
              inputMode="numeric"
              maxLength={2}
              value={rdyText}
              onChange={(event) => setRdyText(event.target.value.trim())}
            />
          )}
        </Field>
        <div className="mt-5.5 flex flex-wrap items-center gap-3">
          <Button type="submit" kind={on ? "plain" : "primary"} disabled={!on && !ready}>
            {on ? <Square aria-hidden="true" /> : <Play aria-hidden="true" />}
            {on ? t("stop") : t("start")}
          </Button>
          <label className="flex min-h-6 items-center gap-1.5 text-12 text-muted">
            <input
              type="checkbox"
              checked={autoFinish}
              onChange={(event) => setAutoFinish(event.target.checked)}
            />
            {t("auto-finish")}
          </label>
        </div>
      </form>
      {closed !== null && (
        <p data-testid="not-allowed" className="flex items-baseline gap-1.5 text-13">
          <Shape tone="unknown" className="translate-y-px" />
          {closed}
        </p>
      )}
      {on && (
        <Consuming
          topic={topic}
          channel={channel}
          rdy={isRdyGood ? rdy : 1}
          autoFinish={autoFinish}
          onHolds={setHolds}
        />
      )}
      <LeaveDialog open={isStopping} count={holds} stay={() => setIsStopping(false)} leave={stop} />
    </>
  );
}

/** What is missing for it, exactly; null: nothing. */
function useClosed(topic: string, channel: string): string | null {
  const t = useWords("consume");
  const { session } = useLive();
  const object = isName(topic) ? { topic, ...(isName(channel) && { channel }) } : {};
  const needed: readonly Action[] = ["consume", "read-bodies"];
  for (const action of needed) {
    const verdict = decide(session, action, object);
    if (verdict.ok) continue;
    const { right, role, on } = verdict.needs;
    if (verdict.code === "not-found") return t("not-yours", { on });
    return role === null ? t("needs-right", { right, on }) : t("needs-role", { right, role, on });
  }
  return null;
}
