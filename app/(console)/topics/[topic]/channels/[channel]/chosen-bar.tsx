"use client";

import { Check, FastForward, Forward, RotateCcw, Timer, X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { ChosenMessage, MessageVerb } from "../../../../../../server/console/contract/index.ts";
import { useMessagesClosed } from "../../../../../actions/use-writes.ts";
import { Button } from "../../../../../components/button.tsx";
import { ClosableButton } from "../../../../../components/closable-button.tsx";
import { chosenMax, type Selection } from "../../../../../components/table/selection.ts";
import { useWords } from "../../../../../words/index.ts";
import { ChosenDialog } from "./chosen-dialog.tsx";

const icons = {
  requeue: RotateCcw,
  deliver: FastForward,
  touch: Timer,
  move: Forward,
  finish: Check,
} as const;
const verbs = ["requeue", "deliver", "touch", "move", "finish"] as const satisfies readonly MessageVerb[];

/** What can be done with the chosen messages, and with how many of them; nothing while none is chosen. */
export function ChosenBar<Row extends ChosenMessage & { readonly key: string }>({
  topic,
  channel,
  rows,
  verbsOf,
  selection,
  again,
}: {
  topic: string;
  channel: string;
  rows: readonly Row[];
  /** What can be done with a row as it is. */
  verbsOf: (row: Row) => readonly MessageVerb[];
  selection: Selection;
  /** Reads the rows anew. */
  again: () => void;
}) {
  const t = useWords("channel");
  const [asked, setAsked] = useState<{ verb: MessageVerb; messages: readonly ChosenMessage[] } | null>(null);
  const closed = useMessagesClosed(topic, channel);
  const { keys, toggleAll } = selection;
  const chosen = useMemo(() => rows.filter(({ key }) => keys.has(key)), [rows, keys]);
  // What has gone from the list is chosen no longer.
  useEffect(() => {
    if (chosen.length === keys.size) return;
    const here = new Set(rows.map(({ key }) => key));
    toggleAll([...keys].filter((key) => !here.has(key)));
  }, [rows, chosen, keys, toggleAll]);
  return (
    <>
      {chosen.length > 0 && (
        <section
          aria-label={t("chosen.label")}
          className="mb-3 flex flex-wrap items-center gap-2 rounded-card border border-accent/50 px-3 py-2 max-md:hidden"
        >
          <span role="status" className="mr-2 font-medium">
            {t("chosen.count", { count: chosen.length })}
            {chosen.length >= chosenMax && (
              <span className="ml-1 font-normal text-muted">{t("chosen.max", { count: chosenMax })}</span>
            )}
          </span>
          {verbs.map((verb) => {
            const messages = chosen.filter((row) => verbsOf(row).includes(verb));
            if (messages.length === 0) return null;
            const Icon = icons[verb];
            return (
              <ClosableButton
                key={verb}
                size="small"
                kind={verb === "finish" ? "dangerQuiet" : "plain"}
                closed={closed}
                onClick={() => setAsked({ verb, messages: messages.map(({ node, id }) => ({ node, id })) })}
              >
                <Icon aria-hidden="true" />
                {t(`chosen.act.${verb}`, { count: messages.length })}
              </ClosableButton>
            );
          })}
          <Button size="small" kind="quiet" onClick={selection.clear}>
            <X aria-hidden="true" />
            {t("chosen.none")}
          </Button>
        </section>
      )}
      {asked !== null && (
        <ChosenDialog
          topic={topic}
          channel={channel}
          {...asked}
          onClose={(acted) => {
            setAsked(null);
            if (!acted) return;
            selection.clear();
            again();
          }}
        />
      )}
    </>
  );
}
