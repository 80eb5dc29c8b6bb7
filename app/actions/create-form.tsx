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

/** Makes a topic, or a channel of one. The name is judged while it is typed, by NSQ's own rule. */
export function CreateForm({ topic, onDone }: { topic?: string; onDone?: (name: string) => void }) {
  const [name, setName] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const words = useActionWords();
  const say = useFailureWords();
  const { t } = words;
  const target: ActionTarget =
    topic === undefined
      ? { action: "create-topic", topic: name }
      : { action: "create-channel", topic, channel: name };
  const closed = useWritesClosed(isName(name) ? target : undefined);
  const bad = name !== "" && !isName(name);
  const hint = t("create.hint", { max: nameCharactersMax });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isName(name) || closed !== null) return;
    const answer = await post<ActionResult>(apiPaths.actions, target satisfies ActionRequest);
    if (!answer.ok) {
      setFailure(`${say(answer.failure)} (${answer.failure.nodeCode ?? answer.failure.code})`);
    } else if (answer.value.outcome !== "done") {
      const failed = answer.value.nodes.filter((node) => !node.ok);
      setFailure(failed.map(({ node, code }) => `${node}: ${words.nodeCode(code)}`).join("; "));
    } else {
      toast.success(words.done(target));
      setName("");
      onDone?.(name);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex items-start gap-2">
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
      <Button
        type="submit"
        className="mt-5.5"
        disabled={!isName(name) || closed !== null}
        title={closed ?? undefined}
      >
        <Plus aria-hidden="true" />
        {topic === undefined ? t("create.make-topic") : t("create.make-channel")}
      </Button>
    </form>
  );
}
