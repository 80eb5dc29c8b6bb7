"use client";

import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import {
  type ActionRequest,
  type ActionResult,
  type ActionTarget,
  apiPaths,
  isName,
  nameCharactersMax,
} from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Field, Input } from "../components/field.tsx";
import { post } from "../live/post.ts";
import { useFailureWords } from "../words/use-failure.ts";
import { useWritesClosed } from "./use-writes.ts";
import { useActionWords } from "./words.ts";

/**
 * Makes a topic, or a channel of one; `both`: a topic and, if one likes, a channel of it. Names are judged while they
 * are typed, by NSQ's own rule.
 */
export function CreateForm({
  topic,
  both = false,
  onDone,
}: {
  topic?: string;
  both?: boolean;
  onDone?: (name: string) => void;
}) {
  const [name, setName] = useState("");
  const [channel, setChannel] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const words = useActionWords();
  const say = useFailureWords();
  const { t } = words;
  const first: ActionTarget =
    topic === undefined
      ? { action: "create-topic", topic: name }
      : { action: "create-channel", topic, channel: name };
  // A topic that is there already is made again without harm.
  const second: ActionTarget | null =
    channel === "" ? null : { action: "create-channel", topic: name, channel };
  const named = isName(name) && (second === null || isName(channel));
  const closed = useWritesClosed(named ? (second ?? first) : undefined);
  const bad = name !== "" && !isName(name);
  const hint = t("create.hint", { max: nameCharactersMax });

  /** Why it was not made; null: it is. */
  async function make(target: ActionTarget): Promise<string | null> {
    const answer = await post<ActionResult>(apiPaths.actions, target satisfies ActionRequest);
    if (!answer.ok) return `${say(answer.failure)} (${answer.failure.nodeCode ?? answer.failure.code})`;
    if (answer.value.outcome === "done") {
      toast.success(words.done(target));
      return null;
    }
    const failed = answer.value.nodes.filter((node) => !node.ok);
    return failed.map(({ node, code }) => `${node}: ${words.nodeCode(code)}`).join("; ");
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!named || closed !== null) return;
    const refusal = (await make(first)) ?? (second && (await make(second)));
    setFailure(refusal);
    if (refusal !== null) return;
    setName("");
    setChannel("");
    onDone?.(name);
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-wrap items-start gap-2">
      <Field
        label={topic === undefined ? t("create.topic") : t("create.channel")}
        className="w-full max-w-96"
        hint={hint}
        error={failure ?? (bad ? hint : undefined)}
      >
        {(ids) => (
          <Input
            {...ids}
            value={name}
            maxLength={nameCharactersMax}
            className="font-mono"
            onChange={(event) => {
              setName(event.target.value);
              setFailure(null);
            }}
          />
        )}
      </Field>
      {both && (
        <Field
          label={t("create.channel-too")}
          className="w-full max-w-64"
          error={channel !== "" && !isName(channel) ? hint : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              value={channel}
              maxLength={nameCharactersMax}
              className="font-mono"
              onChange={(event) => {
                setChannel(event.target.value);
                setFailure(null);
              }}
            />
          )}
        </Field>
      )}
      <Button
        type="submit"
        className="mt-5.5"
        disabled={!named || closed !== null}
        title={closed ?? undefined}
      >
        <Plus aria-hidden="true" />
        {topic === undefined && second === null ? t("create.make-topic") : t("create.make-channel")}
      </Button>
    </form>
  );
}
