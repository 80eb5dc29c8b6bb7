"use client";

import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { apiPaths, decide, type rooms, type Snapshot } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import { clock, day } from "../../live/format.ts";
import { tailClosed } from "../../live/limits.ts";
import { useLive } from "../../live/provider.tsx";
import { sampling, type TailBuffer } from "../../live/tail-buffer.ts";
import { useLine, useNow } from "../../live/use-now.ts";
import { useRead } from "../../live/use-read.ts";
import { useStatus } from "../../live/use-room.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { NewSystem } from "../new-system.tsx";
import { type Asked, specOf, useAsked, wrongIn } from "./asked.ts";
import { Controls } from "./controls.tsx";
import { OutcomeRows } from "./outcome-rows.tsx";
import { TailRows } from "./tail-rows.tsx";
import { useTail } from "./use-tail.ts";

export function Tail({ names, keys }: { names: readonly string[]; keys: readonly string[] }) {
  const t = useWords("tail");
  const f = useFormat();
  const change = useAsked();
  const { asked } = change;
  const { session } = useLive();
  const [held, setHeld] = useState(false);
  const stopped = useLine().pausedAtMs !== null || held;
  const isAllowed = decide(session, asked.show === "copies" ? "read-bodies" : "read", {
    topic: asked.topic || undefined,
  }).ok;
  const { shown, waiting, refused } = useTail(isAllowed ? specOf(asked) : null, stopped);

  if (names.length === 0 && asked.topic === "")
    return (
      <>
        <PageHead title={t("title")} note={t("note")} />
        <NewSystem />
      </>
    );
  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <Controls {...change} names={names} refused={refused}>
        <Button className="mt-5.5" aria-pressed={held} onClick={() => setHeld(!held)}>
          {held ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
          {held ? t("go-on") : t("hold")}
          {stopped && waiting > 0 && ` ${t("waiting", { count: waiting, waiting: f.count(waiting) })}`}
        </Button>
      </Controls>
      {asked.topic === "" ? (
        <Empty title={t("choose")}>{t("choose-note")}</Empty>
      ) : !isAllowed ? (
        <Empty title={t("not-allowed")}>{t("not-allowed-note", { topic: asked.topic })}</Empty>
      ) : (
        wrongIn(asked).size === 0 && (
          <>
            <NotTailed topic={asked.topic} keys={keys} />
            <Summary asked={asked} buffer={shown} />
            {asked.show === "copies" ? (
              <TailRows topic={asked.topic} rows={shown.rows} />
            ) : (
              <OutcomeRows rows={shown.outcomes} received={shown.received} />
            )}
          </>
        )
      )}
    </>
  );
}

/** Why of some of the nodes, or of all, no message appears here. */
function NotTailed({ topic, keys }: { topic: string; keys: readonly string[] }) {
  const t = useWords("tail");
  const words = useWords("components");
  const { data } = useStatus();
  const asked = keys.length > 0 ? keys : data.nodes.map(({ key }) => key);
  const limited = data.nodes.filter(({ key, limits }) => asked.includes(key) && limits !== null);
  if (limited.length === 0) return null;
  const all = tailClosed(asked, data.nodes) !== null;
  return (
    <div data-testid="limits" className="mb-3 text-13">
      <p className="flex items-center gap-1.5 font-medium">
        <Shape tone="unknown" />
        {all ? t("limits.all", { topic }) : t("limits.some", { topic })}
      </p>
      <ul className="mt-1 pl-4">
        {limited.map(({ key, limits }) => (
          <li key={key}>
            <span className="font-mono">{key}</span>: {limits && words(`limits.${limits.rule}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Since when nothing has come, where the console knows. */
function Listening({ topic }: { topic: string }) {
  const t = useWords("tail");
  const zone = useZone();
  const { value } = useRead<Snapshot<ReturnType<typeof rooms.topic>>>(apiPaths.topic(topic), idleEveryMs);
  const lastAtMs = value?.data?.lastMessageAtMs ?? null;
  return lastAtMs === null
    ? t("listening", { topic })
    : t("idle", { topic, at: `${day(lastAtMs, zone)} ${clock(lastAtMs, zone)}` });
}

const idleEveryMs = 5_000;

function Summary({ asked: { topic, filter, show }, buffer }: { asked: Asked; buffer: TailBuffer }) {
  const t = useWords("tail");
  const f = useFormat();
  const nowMs = useNow();
  const { rows, outcomes, seen, matched, unlooked, told, missing } = buffer;
  const all = matched ?? seen;
  const oneOf = sampling(told, all);
  return (
    <div
      className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-12 text-muted"
      data-testid="tail-counts"
    >
      {rows.length + outcomes.length === 0 ? (
        <span className="flex items-center gap-1.5 text-13" data-testid="tail-waiting">
          <Shape tone="info" />
          {buffer.nodes === 0 ? (
            t("connecting", { topic })
          ) : show === "outcomes" || filter !== "" ? (
            t("listening-filtered", { topic })
          ) : (
            <Listening topic={topic} />
          )}
        </span>
      ) : (
        <>
          <span>{t("shown", { count: all, shown: f.count(told), all: f.count(all) })}</span>
          {oneOf !== null && (
            <span className="flex items-center gap-1.5 text-warn">
              <Shape tone="warn" />
              {t("one-of", { many: f.count(oneOf) })}
            </span>
          )}
          <span>{t("last", { age: f.age(Math.max(0, nowMs - (buffer.lastAtMs ?? nowMs))) })}</span>
        </>
      )}
      {matched !== null && (
        <span>
          {t("looked", {
            count: seen - unlooked,
            looked: f.count(seen - unlooked),
            matched: f.count(matched),
          })}
        </span>
      )}
      {unlooked > 0 && (
        <span className="flex items-center gap-1.5 text-warn">
          <Shape tone="warn" />
          {t("unlooked", { count: unlooked, unlooked: f.count(unlooked) })}
        </span>
      )}
      {missing.length > 0 && (
        <span className="flex items-center gap-1.5">
          <Shape tone="unknown" />
          {t("missing", { nodes: missing.join(", ") })}
        </span>
      )}
    </div>
  );
}
