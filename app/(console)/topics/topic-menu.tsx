"use client";

import { Eraser, ExternalLink, Pause, Play, ScrollText, Send, Trash2 } from "lucide-react";
import { memo, useState } from "react";
import type { ActionName } from "../../../server/console/contract/index.ts";
import { ActionDialog } from "../../actions/action-dialog.tsx";
import { useWritesClosed } from "../../actions/use-writes.ts";
import { useActionWords } from "../../actions/words.ts";
import { RowAction, RowLink, RowMenu, RowMenuLine } from "../../components/table/row-menu.tsx";
import { paths } from "../../paths.ts";
import { useWords } from "../../words/index.ts";

/** What can be done with one topic of the list. */
export const TopicMenu = memo(function TopicMenu({ topic, paused }: { topic: string; paused: boolean }) {
  const [asked, setAsked] = useState<ActionName | null>(null);
  return (
    <>
      <RowMenu name={topic}>
        <Items topic={topic} paused={paused} ask={setAsked} />
      </RowMenu>
      {asked !== null && (
        <ActionDialog
          target={{ action: asked, topic }}
          open
          onOpenChange={(open) => !open && setAsked(null)}
        />
      )}
    </>
  );
});

function Items({
  topic,
  paused,
  ask,
}: {
  topic: string;
  paused: boolean;
  ask: (action: ActionName) => void;
}) {
  const t = useWords("topics");
  const words = useActionWords();
  const pause = paused ? "unpause-topic" : "pause-topic";
  const pauseClosed = useWritesClosed({ action: pause, topic });
  const emptyClosed = useWritesClosed({ action: "empty-topic", topic });
  const deleteClosed = useWritesClosed({ action: "delete-topic", topic });
  return (
    <>
      <RowLink href={paths.topic(topic)}>
        <ExternalLink aria-hidden="true" />
        {t("open")}
      </RowLink>
      <RowLink href={paths.publish(topic)}>
        <Send aria-hidden="true" />
        {t("publish")}
      </RowLink>
      <RowLink href={paths.tail(topic)}>
        <ScrollText aria-hidden="true" />
        {t("tail")}
      </RowLink>
      <RowMenuLine />
      <RowAction closed={pauseClosed} onSelect={() => ask(pause)}>
        {paused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
        {words.verb(pause)}
      </RowAction>
      <RowMenuLine />
      <RowAction danger closed={emptyClosed} onSelect={() => ask("empty-topic")}>
        <Eraser aria-hidden="true" />
        {words.verb("empty-topic")}
      </RowAction>
      <RowAction danger closed={deleteClosed} onSelect={() => ask("delete-topic")}>
        <Trash2 aria-hidden="true" />
        {words.verb("delete-topic")}
      </RowAction>
    </>
  );
}
