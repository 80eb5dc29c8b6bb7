"use client";

import { useState } from "react";
import { toast } from "sonner";
import {
  type ApiFailure,
  apiPaths,
  type ChosenMessage,
  type ChosenMessagesRequest,
  type ChosenMessagesResult,
  isEphemeralName,
  isName,
  type MessageVerb,
  messageVerbLevels,
} from "../../../../../../server/console/contract/index.ts";
import { ReasonField } from "../../../../../actions/reason-field.tsx";
import { Refusal } from "../../../../../actions/refusal.tsx";
import { TypedField } from "../../../../../actions/typed-field.tsx";
import { Button } from "../../../../../components/button.tsx";
import { Dialog } from "../../../../../components/dialog.tsx";
import { post } from "../../../../../live/post.ts";
import { TopicField } from "../../../../../messages/topic-field.tsx";
import { useWords } from "../../../../../words/index.ts";
import { ChosenOutcome, Ids } from "./chosen-outcome.tsx";

/** Asks before chosen messages are acted on, and says of which it was not done. */
export function ChosenDialog({
  topic,
  channel,
  verb,
  messages,
  onClose,
}: {
  topic: string;
  channel: string;
  verb: MessageVerb;
  messages: readonly ChosenMessage[];
  /** `acted`: the nodes were asked, whatever they answered. */
  onClose: (acted: boolean) => void;
}) {
  const t = useWords("channel");
  const actions = useWords("actions");
  const [to, setTo] = useState("");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [acting, setActing] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [result, setResult] = useState<ChosenMessagesResult | null>(null);
  const weighty = messageVerbLevels[verb] >= 2;
  const moves = verb === "move";
  const isMovable = isName(to) && !isEphemeralName(to) && to !== topic;
  const ready = !acting && (!moves || isMovable) && (!weighty || (typed === channel && reason.trim() !== ""));
  const count = messages.length;

  async function act(): Promise<void> {
    setActing(true);
    const request: ChosenMessagesRequest = {
      ...{ verb, messages },
      ...(moves && { to }),
      ...(weighty && { confirm: { name: typed } }),
      ...(reason.trim() !== "" && { reason: reason.trim() }),
    };
    const answer = await post<ChosenMessagesResult>(apiPaths.chosenMessages(topic, channel), request);
    setActing(false);
    if (!answer.ok) return setFailure(answer.failure);
    if (answer.value.messages.every(({ outcome }) => outcome === "done")) {
      toast.success(t(`chosen.done.${verb}`, { count, to }));
      onClose(true);
      return;
    }
    setFailure(null);
    setResult(answer.value);
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose(result !== null)}
      title={t(`chosen.title.${verb}`, { count })}
      description={t(`chosen.effect.${verb}`, { count, name: `${topic}/${channel}` })}
      cancel={actions(result === null ? "cancel" : "close")}
      action={
        result === null && (
          <Button kind={weighty ? "danger" : "primary"} disabled={!ready} onClick={() => void act()}>
            {acting ? actions("working") : t(`chosen.act.${verb}`, { count })}
          </Button>
        )
      }
    >
      {result === null ? (
        <>
          <Ids messages={messages} />
          <div className="mt-4 space-y-3">
            {moves && (
              <TopicField label={t("chosen.to")} hint={t("chosen.to-hint")} value={to} onChange={setTo} />
            )}
            {weighty && (
              <TypedField label={actions("type-name", { name: channel })} value={typed} onChange={setTyped} />
            )}
            <ReasonField
              label={actions(weighty ? "reason" : "reason-optional")}
              value={reason}
              onChange={setReason}
            />
          </div>
        </>
      ) : (
        <ChosenOutcome result={result} />
      )}
      <Refusal failure={failure} />
    </Dialog>
  );
}
