"use client";

import type {
  ChosenMessage,
  ChosenMessageResult,
  ChosenMessagesResult,
} from "../../../../../../server/console/contract/index.ts";
import { NodeResults } from "../../../../../actions/node-results.tsx";
import { useActionWords } from "../../../../../actions/words.ts";
import { Shape } from "../../../../../components/status.tsx";
import { useWords } from "../../../../../words/index.ts";

const idsShown = 8;

/** How many it was done to, of which it was not and why, and what the nodes say that did not answer. */
export function ChosenOutcome({ result }: { result: ChosenMessagesResult }) {
  const { verb, messages, nodes, requestId } = result;
  const t = useWords("channel");
  const words = useActionWords();
  const done = messages.filter(({ outcome }) => outcome === "done").length;
  const gone = messages.filter(({ outcome }) => outcome === "not-there");
  const copied = messages.filter(({ outcome }) => outcome === "copied");
  const refused = Map.groupBy(
    messages.filter(({ outcome, code }) => outcome === "failed" && code !== undefined),
    ({ code }) => code!,
  );
  return (
    <div role="alert" className="mt-3 text-13">
      <p className="flex items-center gap-1.5 font-medium">
        <Shape tone={done === 0 ? "crit" : "warn"} />
        {t("chosen.result", { done, count: messages.length })}
      </p>
      <Those messages={gone}>{t(`chosen.gone.${verb}`, { count: gone.length })}</Those>
      <Those messages={copied}>{t("chosen.copied", { count: copied.length })}</Those>
      {[...refused].map(([code, those]) => (
        <Those key={code} messages={those}>
          {t("chosen.refused", { count: those.length, why: words.nodeCode(code) })}
        </Those>
      ))}
      {nodes.some(({ ok }) => !ok) && <NodeResults results={nodes} requestId={requestId} />}
    </div>
  );
}

function Those({
  messages,
  children,
}: {
  messages: readonly ChosenMessageResult[];
  children: React.ReactNode;
}) {
  if (messages.length === 0) return null;
  return (
    <>
      <p className="mt-2 text-muted">{children}</p>
      <Ids messages={messages} />
    </>
  );
}

export function Ids({ messages }: { messages: readonly ChosenMessage[] }) {
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
