"use client";

import { useState } from "react";
import { toast } from "sonner";
import {
  type ApiFailure,
  apiPaths,
  type ChosenMessage,
  type ChosenMessagesRequest,
  type ChosenMessagesResult,
  type MessageVerb,
  messageVerbLevels,
} from "../../../../../../server/console/contract/index.ts";
import { NodeResults } from "../../../../../actions/node-results.tsx";
import { ReasonField } from "../../../../../actions/reason-field.tsx";
import { Refusal } from "../../../../../actions/refusal.tsx";
import { TypedField } from "../../../../../actions/typed-field.tsx";
import { Button } from "../../../../../components/button.tsx";
import { Dialog } from "../../../../../components/dialog.tsx";
import { Shape } from "../../../../../components/status.tsx";
import { post } from "../../../../../live/post.ts";
import { useWords } from "../../../../../words/index.ts";

const idsShown = 8;

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
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [acting, setActing] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [result, setResult] = useState<ChosenMessagesResult | null>(null);
  const weighty = messageVerbLevels[verb] >= 2;
  const ready = !acting && (!weighty || (typed === channel && reason.trim() !== ""));
  const count = messages.length;

  async function act(): Promise<void> {
    setActing(true);
    const request: ChosenMessagesRequest = {
      ...{ verb, messages },
      ...(weighty && { confirm: { name: typed } }),
      ...(reason.trim() !== "" && { reason: reason.trim() }),
    };
    const answer = await post<ChosenMessagesResult>(apiPaths.chosenMessages(topic, channel), request);
    setActing(false);
    if (!answer.ok) return setFailure(answer.failure);
    if (answer.value.messages.every(({ outcome }) => outcome === "done")) {
      toast.success(t(`chosen.done.${verb}`, { count }));
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
      description={t(`chosen.effect.${verb}`, { name: `${topic}/${channel}` })}
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
        <Outcome result={result} />
      )}
      <Refusal failure={failure} />
    </Dialog>
  );
}

/** How many it was done to, which had gone, and what the nodes say that did not do it. */
function Outcome({ result: { messages, nodes, outcome, requestId } }: { result: ChosenMessagesResult }) {
  const t = useWords("channel");
  const done = messages.filter((message) => message.outcome === "done").length;
  const gone = messages.filter((message) => message.outcome === "not-there");
  return (
    <div role="alert" className="mt-3 text-13">
      <p className="flex items-center gap-1.5 font-medium">
        <Shape tone={done === 0 ? "crit" : "warn"} />
        {t("chosen.result", { done, count: messages.length })}
      </p>
      {gone.length > 0 && (
        <>
          <p className="mt-2 text-muted">{t("chosen.gone", { count: gone.length })}</p>
          <Ids messages={gone} />
        </>
      )}
      {outcome !== "done" && <NodeResults results={nodes} requestId={requestId} />}
    </div>
  );
}

function Ids({ messages }: { messages: readonly ChosenMessage[] }) {
  const t = useWords("channel");
  const more = messages.length - idsShown;
  return (
    <p className="mt-3 font-mono text-12 wrap-anywhere">
      {messages
        .slice(0, idsShown)
        .map(({ id }) => id)
        .join(" · ")}
      {more > 0 && ` ${t("chosen.more", { count: more })}`}
    </p>
  );
}
