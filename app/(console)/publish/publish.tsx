"use client";

import { Send } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { type FormEvent, useState } from "react";
import {
  decide,
  isName,
  isProduction,
  publishCountMax,
  publishDeferredMax,
  publishKeyCharactersMax,
} from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Field, Input, Select } from "../../components/field.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { clock } from "../../live/format.ts";
import { useLive } from "../../live/provider.tsx";
import { useConnection, useNow } from "../../live/use-now.ts";
import { NodeField } from "../../messages/node-field.tsx";
import { TopicField } from "../../messages/topic-field.tsx";
import { useZone } from "../../preferences/provider.tsx";
import { useConsole } from "../../read/console.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { type Encoding, encodings, measureBody } from "./body.ts";
import { BodyField } from "./body-field.tsx";
import type { Sent } from "./history.ts";
import { Outcomes } from "./outcomes.tsx";
import { useBytesMax } from "./use-bytes-max.ts";
import { type Draft, usePublish } from "./use-publish.ts";

/** NSQ's own bound is --max-req-timeout, an hour unless told otherwise. */
const deferMsMax = 3_600_000;

export function Publish({ names }: { names: readonly string[] }) {
  const t = useWords("publish");
  const [topic, setTopic] = useQueryState("topic", parseAsString.withDefault(""));
  const [node, setNode] = useQueryState("node", parseAsString.withDefault(""));
  const [body, setBody] = useState("");
  const [encoding, setEncoding] = useState<Encoding>("text");
  const [defer, setDefer] = useState("");
  const [many, setMany] = useState("");
  const [key, setKey] = useState("");
  const [keepsBodies, setKeepsBodies] = useState(false);
  const [asking, setAsking] = useState<{ readonly watch: boolean } | null>(null);
  const { environment } = useConsole();
  const closed = useClosed(topic);
  const { send, busy, sent, unseen, forget } = usePublish(keepsBodies);

  const bytesMax = useBytesMax(node);
  const size = measureBody(body, encoding, bytesMax);
  const deferMs = defer === "" ? 0 : Number(defer);
  const isDeferGood = Number.isInteger(deferMs) && deferMs >= 0 && deferMs <= deferMsMax;
  const countMost = deferMs > 0 ? publishDeferredMax : publishCountMax;
  const count = many === "" || encoding === "lines" ? 1 : Number(many);
  const isCountGood = Number.isInteger(count) && count >= 1 && count <= countMost;
  const ready = isName(topic) && "bytes" in size && isDeferGood && isCountGood && closed === null && !busy;
  const draft: Draft = { topic, body, encoding, count, deferMs, key, node };
  const isOne = count === 1 && encoding !== "lines";

  function go(watch: boolean): void {
    if (!ready || !("bytes" in size)) return;
    if (isProduction(environment) && asking === null) setAsking({ watch });
    else void send(draft, size.bytes * count, watch);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    go(false);
  }

  function again({ topic, encoding, count, deferMs, body }: Sent): void {
    void setTopic(topic);
    setEncoding(encoding);
    setMany(count > 1 ? String(count) : "");
    setDefer(deferMs > 0 ? String(deferMs) : "");
    if (body !== null) setBody(body);
  }

  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <form onSubmit={submit} className="grid max-w-240 gap-x-4 gap-y-3 md:grid-cols-2">
        <TopicField
          label={t("topic")}
          hint={t("topic-hint")}
          names={names}
          value={topic}
          onChange={(next) => void setTopic(next || null)}
        />
        <div className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-3">
          <Field label={t("encoding")} className="max-sm:col-span-2">
            {(ids) => (
              <Select
                {...ids}
                value={encoding}
                onChange={(event) => setEncoding(event.target.value as Encoding)}
              >
                {encodings.map((one) => (
                  <option key={one} value={one}>
                    {t(`encodings.${one}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            label={t("count")}
            hint={encoding === "lines" ? t("count-lines") : t("count-hint")}
            error={isCountGood ? undefined : t("count-wrong", { most: countMost })}
          >
            {(ids) => (
              <Input
                {...ids}
                inputMode="numeric"
                placeholder="1"
                disabled={encoding === "lines"}
                value={encoding === "lines" ? "" : many}
                onChange={(event) => setMany(event.target.value.trim())}
              />
            )}
          </Field>
          <Field
            label={t("defer")}
            hint={isDeferGood && deferMs > 0 ? <Due deferMs={deferMs} /> : t("defer-hint")}
            error={isDeferGood ? undefined : t("defer-wrong")}
          >
            {(ids) => (
              <Input
                {...ids}
                inputMode="numeric"
                placeholder="0"
                value={defer}
                onChange={(event) => setDefer(event.target.value.trim())}
              />
            )}
          </Field>
        </div>
        <BodyField body={body} encoding={encoding} size={size} bytesMax={bytesMax} onChange={setBody} />
        <NodeField
          label={t("node")}
          any={t("any-node")}
          value={node}
          onChange={(next) => void setNode(next || null)}
        />
        <Field label={t("key")} hint={t("key-hint")}>
          {(ids) => (
            <Input
              {...ids}
              name="key"
              maxLength={publishKeyCharactersMax}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <div className="mt-1 flex flex-wrap items-center gap-2 md:col-span-2">
          <Button type="submit" kind="primary" disabled={!ready}>
            <Send aria-hidden="true" />
            {t("send")}
          </Button>
          <Button disabled={!ready || !isOne} title={t("watch-hint")} onClick={() => go(true)}>
            {t("watch")}
          </Button>
          <label className="flex items-center gap-1.5 text-12 text-muted">
            <input
              type="checkbox"
              checked={keepsBodies}
              onChange={(event) => setKeepsBodies(event.target.checked)}
            />
            {t("keep")}
          </label>
          {closed !== null && <span className="text-12 text-muted">{closed}</span>}
        </div>
      </form>
      <Outcomes sent={sent} unseen={unseen} forget={forget} again={again} />
      <Dialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null);
        }}
        title={t("production", { environment })}
        description={t("production-note", {
          count: "messages" in size ? size.messages * count : 0,
          topic,
        })}
        action={
          <Button
            kind="primary"
            onClick={() => {
              const watch = asking?.watch ?? false;
              setAsking(null);
              if ("bytes" in size) void send(draft, size.bytes * count, watch);
            }}
          >
            {t("production-send", { topic })}
          </Button>
        }
      />
    </>
  );
}

/** Why nothing can be published now; null: it can. */
function useClosed(topic: string): string | null {
  const t = useWords("publish");
  const closed = useWords("actions");
  const { session } = useLive();
  const connection = useConnection();
  if (connection.session === "over") return closed("closed.session");
  if (connection.stale) return closed("closed.stale");
  const verdict = decide(session, "publish", { topic: isName(topic) ? topic : undefined });
  return verdict.ok ? null : t("not-allowed", { on: verdict.needs.on });
}

function Due({ deferMs }: { deferMs: number }) {
  const t = useWords("publish");
  const f = useFormat();
  const zone = useZone();
  const nowMs = useNow();
  return t("due", { delay: f.span(deferMs), at: clock(nowMs + deferMs, zone) });
}
