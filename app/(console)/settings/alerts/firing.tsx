"use client";

import Link from "next/link";
import { useState } from "react";
import { type Alert, type AlertsView, apiPaths, decide } from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Card, Section } from "../../../components/card.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Field, Input, Select } from "../../../components/field.tsx";
import { Shape } from "../../../components/status.tsx";
import { useLive } from "../../../live/provider.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import type { Act } from "./use-alerts.ts";
import { hrefOf, objectOf, useFigure, useRuleName } from "./words.ts";

export function Firing({ view, act }: { view: AlertsView; act: Act }) {
  const t = useWords("alerts");
  const f = useFormat();
  const figure = useFigure();
  const ruleName = useRuleName();
  const { session } = useLive();
  const [muting, setMuting] = useState<Alert | null>(null);
  return (
    <Section title={t("now")} note={view.more > 0 ? t("more", { count: f.count(view.more) }) : undefined}>
      <Card>
        {view.alerts.length === 0 ? (
          <p className="flex items-center gap-2 px-4 py-2.5">
            <Shape tone="ok" />
            {t("nothing")}
          </p>
        ) : (
          <ul aria-label={t("now")}>
            {view.alerts.map((alert) => {
              const pending = alert.firedAtMs === null;
              const object = objectOf(alert);
              const mutes = decide(session, "mute-alert", {
                topic: alert.topic ?? undefined,
                channel: alert.channel ?? undefined,
              }).ok;
              return (
                <li
                  key={`${alert.rule} ${object}`}
                  className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-line px-4 py-1.5 not-last:border-b"
                >
                  <Shape tone={alert.muted ? "paused" : pending ? "unknown" : alert.severity} />
                  <span className="sr-only">{t(`severity.${alert.severity}`)}</span>
                  <span className="min-w-0 flex-1 wrap-anywhere">
                    <Link href={hrefOf(alert)} className="font-mono hover:text-accent hover:underline">
                      {object}
                    </Link>{" "}
                    <span className="ml-1">{ruleName(alert.name)}</span>
                    <span className="text-muted"> · {t(`condition.${alert.condition}`)}</span>
                    {alert.value !== null && figure(alert.condition, alert.value) !== "" && (
                      <span className="text-muted">: {figure(alert.condition, alert.value)}</span>
                    )}
                  </span>
                  <span className="text-12 text-muted">
                    {t(pending ? "pendingSince" : "firingSince", { time: f.age(view.atMs - alert.sinceMs) })}
                    {alert.muted && ` · ${t("muted")}`}
                  </span>
                  {mutes &&
                    (alert.muted ? (
                      <Button
                        size="small"
                        aria-label={t("unmuteOf", { object })}
                        onClick={() => void unmute(act, view, alert)}
                      >
                        {t("unmute")}
                      </Button>
                    ) : (
                      <Button
                        size="small"
                        aria-label={t("muteOf", { object })}
                        onClick={() => setMuting(alert)}
                      >
                        {t("mute")}
                      </Button>
                    ))}
                </li>
              );
            })}
          </ul>
        )}
      </Card>
      {muting !== null && (
        <MuteDialog
          title={t("muteOf", { object: objectOf(muting) })}
          onClose={() => setMuting(null)}
          onMute={(forMs, reason) =>
            act(apiPaths.alertMutes, { rule: muting.rule, object: objectOf(muting), forMs, reason })
          }
        />
      )}
    </Section>
  );
}

/** The mute of just this, or of its whole rule. */
async function unmute(act: Act, { mutes }: AlertsView, alert: Alert): Promise<void> {
  const object = objectOf(alert);
  const found = mutes.filter((mute) => mute.rule === alert.rule && (mute.object ?? object) === object);
  for (const mute of found) {
    await act(apiPaths.alertMutes, { rule: mute.rule, object: mute.object, forMs: null });
  }
}

const hourMs = 3_600_000;
const spans = { "1h": hourMs, "8h": 8 * hourMs, "1d": 24 * hourMs, "7d": 7 * 24 * hourMs } as const;

/** For how long, and why. */
export function MuteDialog({
  title,
  onClose,
  onMute,
}: {
  title: string;
  onClose: () => void;
  onMute: (forMs: number, reason: string | undefined) => Promise<true | null>;
}) {
  const t = useWords("alerts");
  const [span, setSpan] = useState<keyof typeof spans>("1h");
  const [reason, setReason] = useState("");
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={t("muteNote")}
      cancel={t("cancel")}
      action={
        <Button
          kind="primary"
          onClick={() =>
            void onMute(spans[span], reason.trim() || undefined).then((done) => done !== null && onClose())
          }
        >
          {t("mute")}
        </Button>
      }
    >
      <div className="mt-4 space-y-2">
        <Field label={t("muteFor")}>
          {(ids) => (
            <Select {...ids} value={span} onChange={(event) => setSpan(event.target.value as "1h")}>
              {(Object.keys(spans) as (keyof typeof spans)[]).map((one) => (
                <option key={one} value={one}>
                  {t(`span.${one}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("reason")}>
          {(ids) => (
            <Input
              {...ids}
              value={reason}
              maxLength={1_000}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
