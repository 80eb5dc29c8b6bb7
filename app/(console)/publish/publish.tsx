"use client";

import { Send } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { type FormEvent, useState } from "react";
import { isName, type PublishRequest, type Snapshot } from "../../../server/console/contract/index.ts";
import { useWritesClosed } from "../../actions/use-writes.ts";
import { Button } from "../../components/button.tsx";
import { Field, Input, Select, Textarea } from "../../components/field.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { bytes, clock, span } from "../../live/format.ts";
import { useNow } from "../../live/use-now.ts";
import { useRoom } from "../../live/use-room.ts";
import { type Encoding, encodings, measureBody } from "./body.ts";
import { Outcomes } from "./outcomes.tsx";
import { usePublish } from "./use-publish.ts";

const encodingLabels: Record<Encoding, string> = {
  text: "Text (UTF-8)",
  base64: "Base64",
  hex: "Hexadecimal",
};
/** NSQ's own bound is --max-req-timeout, an hour unless told otherwise. */
const deferMsMax = 3_600_000;

export function Publish({ rendered }: { rendered: Snapshot<"topics"> }) {
  const { data } = useRoom(rendered);
  const [topic, setTopic] = useQueryState("topic", parseAsString.withDefault(""));
  const [body, setBody] = useState("");
  const [encoding, setEncoding] = useState<Encoding>("text");
  const [defer, setDefer] = useState("");
  const closed = useWritesClosed();
  const { send, busy, outcomes } = usePublish();

  const size = measureBody(body, encoding);
  const deferMs = defer === "" ? 0 : Number(defer);
  const deferGood = Number.isInteger(deferMs) && deferMs >= 0 && deferMs <= deferMsMax;
  const topicGood = isName(topic);
  const ready = topicGood && "bytes" in size && deferGood && closed === null && !busy;
  const request: PublishRequest = { topic, body, encoding, ...(deferMs > 0 ? { deferMs } : {}) };

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (ready) void send(request, false);
  }

  return (
    <>
      <PageHead title="Publish" note="One message, through a node's own HTTP API, with the answer it gave." />
      <form onSubmit={submit} className="grid max-w-240 gap-x-4 gap-y-1 md:grid-cols-2">
        <Field
          label="Topic"
          hint="A topic that is not there yet is made."
          error={topic !== "" && !topicGood ? "Letters, digits, . _ - and at most 64 characters." : undefined}
        >
          {(ids) => (
            <>
              <Input
                {...ids}
                name="topic"
                list="known-topics"
                className="font-mono"
                value={topic}
                onChange={(event) => void setTopic(event.target.value || null)}
              />
              <datalist id="known-topics">
                {(data?.rows ?? []).map((row) => (
                  <option key={row.key} value={row.key} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        <div className="grid grid-cols-2 gap-x-4">
          <Field label="Body is written as">
            {(ids) => (
              <Select
                {...ids}
                value={encoding}
                onChange={(event) => setEncoding(event.target.value as Encoding)}
              >
                {encodings.map((one) => (
                  <option key={one} value={one}>
                    {encodingLabels[one]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            label="Deferred by (ms)"
            hint={deferGood && deferMs > 0 ? <Due deferMs={deferMs} /> : "0: at once"}
            error={deferGood ? undefined : "Between 0 and 3,600,000."}
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
        <Field
          label="Body"
          className="md:col-span-2"
          hint={"bytes" in size ? bytes(size.bytes) : size.wrong}
          error={"wrong" in size && body !== "" ? size.wrong : undefined}
        >
          {(ids) => (
            <Textarea
              {...ids}
              name="body"
              rows={8}
              value={body}
              onChange={(event) => setBody(event.target.value)}
            />
          )}
        </Field>
        <div className="mt-1 flex flex-wrap items-center gap-2 md:col-span-2">
          <Button type="submit" kind="primary" disabled={!ready}>
            <Send aria-hidden="true" />
            Send
          </Button>
          <Button
            disabled={!ready || deferMs > 0}
            title="Sends it, and opens the trace of it"
            onClick={() => void send(request, true)}
          >
            Send & watch
          </Button>
          {closed !== null && <span className="text-12 text-muted">{closed}</span>}
        </div>
      </form>
      <Outcomes outcomes={outcomes} />
    </>
  );
}

function Due({ deferMs }: { deferMs: number }) {
  const nowMs = useNow();
  return (
    <>
      due in {span(deferMs)}, at {clock(nowMs + deferMs, "local")}
    </>
  );
}
