"use client";

import { Pause, Play } from "lucide-react";
import { debounce, parseAsString, useQueryState } from "nuqs";
import { useDeferredValue, useState } from "react";
import type { Snapshot } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Empty } from "../../components/empty.tsx";
import { Field, Input, Select } from "../../components/field.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import { age, count, plural } from "../../live/format.ts";
import { tailClosed } from "../../live/limits.ts";
import { filterTail, type TailBuffer } from "../../live/tail-buffer.ts";
import { useLine, useNow } from "../../live/use-now.ts";
import { useRoom, useStatus } from "../../live/use-room.ts";
import { NewSystem } from "../new-system.tsx";
import { TailRows } from "./tail-rows.tsx";
import { useTail } from "./use-tail.ts";

export function Tail({ rendered }: { rendered: Snapshot<"topics"> }) {
  const { data } = useRoom(rendered);
  const [topic, setTopic] = useQueryState("topic", parseAsString.withDefault(""));
  const [filter, setFilter] = useQueryState("filter", parseAsString.withDefault(""));
  const [held, setHeld] = useState(false);
  const stopped = useLine().pausedAtMs !== null || held;
  const { shown, waiting } = useTail(topic, stopped);
  const names = (data?.rows ?? []).map((row) => row.key).sort();
  const wanted = useDeferredValue(filter);
  const rows = filterTail(shown.rows, wanted);

  return (
    <>
      <PageHead
        title="Live tail"
        note="Copies of messages as they are published. It takes nothing from anyone and is not counted as a consumer; under load copies are left out first."
      />
      {names.length === 0 && topic === "" ? (
        <NewSystem />
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-start gap-x-3">
            <Field label="Topic" className="w-64 max-sm:w-full">
              {(ids) => (
                <Select
                  {...ids}
                  value={topic}
                  onChange={(event) => void setTopic(event.target.value || null)}
                >
                  <option value="">Choose a topic</option>
                  {topic !== "" && !names.includes(topic) && <option value={topic}>{topic}</option>}
                  {names.map((name) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label="Filter (in body or id)" className="w-64 max-sm:w-full">
              {(ids) => (
                <Input
                  {...ids}
                  type="search"
                  value={filter}
                  onChange={(event) =>
                    void setFilter(event.target.value || null, { limitUrlUpdates: debounce(250) })
                  }
                />
              )}
            </Field>
            <Button className="mt-5.5" aria-pressed={held} onClick={() => setHeld(!held)}>
              {held ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
              {held ? "Go on" : "Hold"}
              {stopped && waiting > 0 && ` (${count(waiting)} waiting)`}
            </Button>
          </div>
          {topic === "" ? (
            <Empty title="Choose a topic">
              Its messages appear here as they are published, newest first.
            </Empty>
          ) : (
            <>
              <NotTailed topic={topic} keys={data?.rows.find(({ key }) => key === topic)?.nodes ?? []} />
              <Summary topic={topic} buffer={shown} matching={rows.length} />
              <TailRows rows={rows} />
            </>
          )}
        </>
      )}
    </>
  );
}

/** Why of some of the topic's nodes, or of all, no message appears here. */
function NotTailed({ topic, keys }: { topic: string; keys: readonly string[] }) {
  const { data } = useStatus();
  const limited = data.nodes.filter(({ key, limits }) => keys.includes(key) && limits !== null);
  if (limited.length === 0) return null;
  const all = tailClosed(keys, data.nodes) !== null;
  return (
    <div data-testid="limits" className="mb-3 text-13">
      <p className="flex items-center gap-1.5 font-medium">
        <Shape tone="unknown" />
        {all ? `No copies of ${topic} are to be had.` : `Not all nodes give copies of ${topic}.`}
      </p>
      <ul className="mt-1 pl-4">
        {limited.map(({ key, limits }) => (
          <li key={key}>
            <span className="font-mono">{key}</span>: {limits?.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Summary({ topic, buffer, matching }: { topic: string; buffer: TailBuffer; matching: number }) {
  const nowMs = useNow();
  if (buffer.rows.length === 0) {
    return (
      <p className="flex items-center gap-1.5 text-muted" data-testid="tail-waiting">
        <Shape tone="info" />
        {buffer.nodes === 0 ? `Connecting to ${topic}…` : `Listening to ${topic}: no message since you came.`}
      </p>
    );
  }
  const filtered = matching < buffer.rows.length;
  return (
    <p className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-12 text-muted">
      <span>
        {count(buffer.received)} of {plural(buffer.seen, "message")} shown
        {filtered && `, ${count(matching)} match`}
      </span>
      <span>last {age(nowMs - (buffer.lastAtMs ?? nowMs))} ago</span>
      {buffer.missing.length > 0 && (
        <span className="flex items-center gap-1.5">
          <Shape tone="unknown" />
          not listening to {buffer.missing.join(", ")}
        </span>
      )}
    </p>
  );
}
