"use client";

import { Eraser, Pause, Play, Trash2, X } from "lucide-react";
import { useMemo, useState } from "react";
import { useWritesClosed } from "../../actions/use-writes.ts";
import { useActionWords } from "../../actions/words.ts";
import { Button } from "../../components/button.tsx";
import { ClosableButton } from "../../components/closable-button.tsx";
import { chosenMax, type Selection } from "../../components/table/selection.ts";
import { useWords } from "../../words/index.ts";
import { BulkDialog } from "./bulk-dialog.tsx";
import type { BulkAction } from "./use-bulk.ts";

const icons = { "unpause-topic": Play, "empty-topic": Eraser, "delete-topic": Trash2 } as const;

/** What can be done with all chosen topics; nothing while none is chosen. */
export function BulkBar({ selection }: { selection: Selection }) {
  const t = useWords("topics");
  const words = useActionWords();
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const topics = useMemo(() => [...selection.keys], [selection.keys]);
  const closed = useWritesClosed();
  if (topics.length === 0) return null;
  const button = (action: Exclude<BulkAction, "pause-topic">) => {
    const Icon = icons[action];
    return (
      <ClosableButton
        size="small"
        kind={action === "unpause-topic" ? "plain" : "dangerQuiet"}
        closed={closed}
        onClick={() => setAsked(action)}
      >
        <Icon aria-hidden="true" />
        {words.verb(action)}
      </ClosableButton>
    );
  };
  return (
    <section
      aria-label={t("chosen-label")}
      className="mb-3 flex flex-wrap items-center gap-2 rounded-card border border-accent/50 px-3 py-2 max-md:hidden"
    >
      <span role="status" className="mr-2 font-medium">
        {t("chosen", { count: topics.length })}
        {topics.length >= chosenMax && (
          <span className="ml-1 font-normal text-muted">{t("chosen-max", { count: chosenMax })}</span>
        )}
      </span>
      <ClosableButton size="small" kind="pause" closed={closed} onClick={() => setAsked("pause-topic")}>
        <Pause aria-hidden="true" />
        {words.verb("pause-topic")}
      </ClosableButton>
      {button("unpause-topic")}
      <span className="w-6" />
      {button("empty-topic")}
      {button("delete-topic")}
      <Button size="small" kind="quiet" onClick={selection.clear}>
        <X aria-hidden="true" />
        {t("choose-none")}
      </Button>
      {asked !== null && (
        <BulkDialog
          action={asked}
          topics={topics}
          onClose={(done) => {
            setAsked(null);
            if (done) selection.clear();
          }}
        />
      )}
    </section>
  );
}
