"use client";

import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import {
  type ActionRequest,
  type ActionResult,
  apiPaths,
  isName,
  nameCharactersMax,
} from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Field, Input } from "../components/field.tsx";
import { post } from "../live/post.ts";
import { useWritesClosed } from "./use-writes.ts";

/** Makes a topic, or a channel of one. The name is judged while it is typed, by NSQ's own rule. */
export function CreateForm({ topic, onDone }: { topic?: string; onDone?: (name: string) => void }) {
  const [name, setName] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const closed = useWritesClosed();
  const what = topic === undefined ? "topic" : "channel";
  const bad = name !== "" && !isName(name);
  const hint = `Letters, digits, . _ - and at most ${nameCharactersMax} characters; #ephemeral at the end if it should not be kept.`;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isName(name) || closed !== null) return;
    const request: ActionRequest =
      topic === undefined
        ? { action: "create-topic", topic: name }
        : { action: "create-channel", topic, channel: name };
    const answer = await post<ActionResult>(apiPaths.actions, request);
    if (!answer.ok) {
      setFailure(`${answer.failure.message} (${answer.failure.nodeCode ?? answer.failure.code})`);
    } else if (answer.value.outcome !== "done") {
      const failed = answer.value.nodes.filter((node) => !node.ok);
      setFailure(failed.map((node) => `${node.node}: ${node.code}`).join("; "));
    } else {
      toast.success(`Created ${what} ${name}`);
      setName("");
      onDone?.(name);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex items-start gap-2">
      <Field
        label={`New ${what}`}
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
        Create {what}
      </Button>
    </form>
  );
}
