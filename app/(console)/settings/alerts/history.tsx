"use client";

import Link from "next/link";
import { useEffect, useState } from "react";
import {
  type Alert,
  type AlertHistory,
  type ApiFailure,
  apiPaths,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Card, Section } from "../../../components/card.tsx";
import { Shape } from "../../../components/status.tsx";
import { clock, day } from "../../../live/format.ts";
import { get } from "../../../live/post.ts";
import { useZone } from "../../../preferences/provider.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { useFailureWords } from "../../../words/use-failure.ts";
import { hrefOf, objectOf, useFigure, useRuleName } from "./words.ts";

/** What rules have found, newest first, a page at a time. */
export function History() {
  const t = useWords("alerts");
  const failureWords = useFailureWords();
  const [alerts, setAlerts] = useState<readonly Alert[] | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);

  const read = async (from: string | null, known: readonly Alert[]) => {
    const query = from === null ? "" : `?before=${encodeURIComponent(from)}`;
    const answer = await get<AlertHistory>(apiPaths.alertHistory + query);
    if (!answer.ok) return setFailure(answer.failure);
    setFailure(null);
    setAlerts([...known, ...answer.value.alerts]);
    return setBefore(answer.value.before);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once; what begins now stands above
  useEffect(() => void read(null, []), []);

  return (
    <Section title={t("history")}>
      <Card>
        {failure !== null && <p className="px-4 py-2.5 text-warn">{failureWords(failure)}</p>}
        {failure === null && alerts === null && <p className="px-4 py-2.5 text-muted">{t("loading")}</p>}
        {alerts?.length === 0 && before === null && (
          <p className="px-4 py-2.5 text-muted">{t("noHistory")}</p>
        )}
        {alerts !== null && alerts.length > 0 && (
          <ul aria-label={t("history")}>
            {alerts.map((alert) => (
              <Past key={alert.id} alert={alert} />
            ))}
          </ul>
        )}
        {before !== null && (
          <div className="border-line border-t px-4 py-2">
            <Button size="small" onClick={() => void read(before, alerts ?? [])}>
              {t("older")}
            </Button>
          </div>
        )}
      </Card>
    </Section>
  );
}

function Past({ alert }: { alert: Alert }) {
  const t = useWords("alerts");
  const f = useFormat();
  const zone = useZone();
  const figure = useFigure();
  const ruleName = useRuleName();
  const { firedAtMs, resolvedAtMs, severity, name, condition, value, muted } = alert;
  const at = firedAtMs ?? 0;
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-line px-4 py-1.5 not-last:border-b">
      <Shape tone={resolvedAtMs === null ? severity : "unknown"} />
      <time dateTime={new Date(at).toISOString()} className="shrink-0 text-12 text-muted">
        {day(at, zone)} {clock(at, zone)}
      </time>
      <span className="min-w-0 flex-1 wrap-anywhere">
        <Link href={hrefOf(alert)} className="font-mono hover:text-accent hover:underline">
          {objectOf(alert)}
        </Link>{" "}
        {ruleName(name)}
        <span className="text-muted">
          {" "}
          · {t(`condition.${condition}`)}
          {value !== null && figure(condition, value) !== "" && `: ${figure(condition, value)}`}
        </span>
      </span>
      <span className="text-12 text-muted">
        {resolvedAtMs === null ? t("stillSo") : t("lasted", { time: f.age(resolvedAtMs - at) })}
        {muted && ` · ${t("muted")}`}
      </span>
    </li>
  );
}
