"use client";

import Link from "next/link";
import { useState } from "react";
import type { Impact } from "../../../server/console/contract/index.ts";
import { FreshField } from "../../actions/fresh-field.tsx";
import { ReasonField } from "../../actions/reason-field.tsx";
import { Refusal } from "../../actions/refusal.tsx";
import { TypedField } from "../../actions/typed-field.tsx";
import { useActionWords } from "../../actions/words.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Shape } from "../../components/status.tsx";
import { KeptSentence } from "../../jobs/preview-words.tsx";
import { paths } from "../../paths.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { type BulkAction, type BulkState, useBulk } from "./use-bulk.ts";

const namesShown = 8;

/** Asks before many topics are paused, emptied or deleted; says of each what became of it. */
export function BulkDialog({
  action,
  topics: chosen,
  onClose,
}: {
  action: BulkAction;
  topics: readonly string[];
  /** `done`: on all of them. */
  onClose: (done: boolean) => void;
}) {
  const t = useWords("topics");
  const words = useActionWords();
  // The rows behind the dialog go on moving: it is about those that were chosen when it was opened.
  const [topics] = useState(chosen);
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const { state, act } = useBulk(action, topics);
  const needsReason = state.step === "asking" && state.counts.some(({ impact }) => impact.level === 3);
  const weighty = action === "empty-topic" || action === "delete-topic";
  const ready =
    state.step === "asking" &&
    (!weighty || (state.counts.length > 0 && typed.trim() === String(topics.length))) &&
    (!needsReason || reason.trim() !== "");
  const wantsPassword =
    password !== "" || (state.step === "asking" && state.failure?.code === "fresh-needed");
  const finished = state.step === "done";
  const count = topics.length;
  const close = () => onClose(finished && state.results.every(({ code }) => code === ""));

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={t(`bulk.${action}`, { count })}
      description={words.effect({ action, topic: "" })}
      cancel={finished ? t("close") : words.t("cancel")}
      action={
        !finished && (
          <Button
            kind={weighty ? "danger" : action === "pause-topic" ? "pause" : "primary"}
            disabled={!ready}
            onClick={() => void act(reason.trim(), password)}
          >
            {state.step === "acting"
              ? t("bulk-acting", { done: state.done, count })
              : t(`bulk-button.${action}`, { count })}
          </Button>
        )
      }
    >
      <p className="mt-3 font-mono text-12 wrap-anywhere">
        {topics.slice(0, namesShown).join(" · ")}
        {count > namesShown && ` ${t("and-more", { count: count - namesShown })}`}
      </p>
      {weighty && !finished && (
        <div className="mt-3 space-y-3">
          <Counted state={state} />
          <TypedField
            inputMode="numeric"
            label={t("type-count", { count })}
            value={typed}
            onChange={setTyped}
          />
        </div>
      )}
      {!finished && (
        <div className="mt-3 space-y-3">
          <ReasonField
            label={words.t(needsReason ? "reason" : "reason-optional")}
            value={reason}
            onChange={setReason}
          />
          {wantsPassword && <FreshField value={password} onChange={setPassword} />}
          {state.step === "asking" && <Refusal failure={state.failure} />}
        </div>
      )}
      <Results state={state} />
    </Dialog>
  );
}

/** What all of them hold together, counted by the server. */
function Counted({ state }: { state: BulkState }) {
  const t = useWords("topics");
  const words = useActionWords();
  const f = useFormat();
  if (state.step === "counting") return <Skeleton className="h-10 w-full" />;
  if (state.step !== "asking") return null;
  const sum = (of: (impact: Impact) => number) =>
    state.counts.reduce((total, { impact }) => total + of(impact), 0);
  const messages = sum((impact) => impact.messages.total);
  const kept = state.counts.some((one) => one.kept !== null)
    ? state.counts.reduce((all, one) => all + (one.kept ?? 0), 0)
    : null;
  return (
    <div
      data-testid="impact"
      className="min-h-10 rounded-control border border-line bg-surface px-3 py-2 text-13"
    >
      <p>
        {t("bulk-impact", {
          count: messages,
          shown: f.count(messages),
          channels: f.count(sum((impact) => impact.channels)),
          consumers: f.count(sum((impact) => impact.consumers)),
        })}
      </p>
      <p className="mt-1 text-muted">
        {kept === null ? words.t("undo.none") : <KeptSentence preview={{ kept, messages }} />}
      </p>
      {state.uncounted.length > 0 && (
        <p className="mt-1 text-warn">{t("bulk-uncounted", { names: state.uncounted.join(", ") })}</p>
      )}
    </div>
  );
}

function Results({ state }: { state: BulkState }) {
  const t = useWords("topics");
  const words = useActionWords();
  if (state.step !== "done") return null;
  const failed = state.results.filter(({ code }) => code !== "");
  return (
    <div role="alert" className="mt-3 text-13">
      <p className="flex items-center gap-1.5 font-medium">
        <Shape tone={failed.length === 0 ? "ok" : "warn"} />
        {t(state.jobs ? "bulk-started" : "bulk-done", {
          done: state.results.length - failed.length,
          of: state.results.length,
        })}
      </p>
      {state.jobs && (
        <Link href={paths.jobs} className="text-accent underline">
          {t("bulk-jobs")}
        </Link>
      )}
      <ul className="mt-1 space-y-1">
        {failed.map(({ topic, code }) => (
          <li key={topic} className="wrap-anywhere">
            <span className="font-mono">{topic}</span>{" "}
            <span className="text-muted">{words.nodeCode(code)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
