"use client";

import { Eraser, ExternalLink, Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import type { ActionName, ChannelRow } from "../../../../server/console/contract/index.ts";
import { ActionDialog } from "../../../actions/action-dialog.tsx";
import { useWritesClosed } from "../../../actions/use-writes.ts";
import { useActionWords } from "../../../actions/words.ts";
import { RowAction, RowLink, RowMenu, RowMenuLine } from "../../../components/table/row-menu.tsx";
import { paths } from "../../../paths.ts";
import { useWords } from "../../../words/index.ts";

type Asked = "pause-channel" | "unpause-channel" | "empty-channel" | "delete-channel";

/** What can be done with one channel of the list. */
export function ChannelMenu({ topic, row }: { topic: string; row: ChannelRow }) {
  const [asked, setAsked] = useState<ActionName | null>(null);
  return (
    <>
      <RowMenu name={row.key}>
        <Items topic={topic} row={row} ask={setAsked} />
      </RowMenu>
      {asked !== null && (
        <ActionDialog
          target={{ action: asked, topic, channel: row.key }}
          open
          onOpenChange={(open) => !open && setAsked(null)}
        />
      )}
    </>
  );
}

function Items({ topic, row, ask }: { topic: string; row: ChannelRow; ask: (action: Asked) => void }) {
  const t = useWords("topic");
  const words = useActionWords();
  const pause = row.paused ? "unpause-channel" : "pause-channel";
  const place = { topic, channel: row.key };
  const pauseClosed = useWritesClosed({ action: pause, ...place });
  const emptyClosed = useWritesClosed({ action: "empty-channel", ...place });
  const deleteClosed = useWritesClosed({ action: "delete-channel", ...place });
  return (
    <>
      <RowLink href={paths.channel(topic, row.key)}>
        <ExternalLink aria-hidden="true" />
        {t("open")}
      </RowLink>
      <RowMenuLine />
      <RowAction closed={pauseClosed} onSelect={() => ask(pause)}>
        {row.paused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
        {words.verb(pause)}
      </RowAction>
      <RowMenuLine />
      <RowAction danger closed={emptyClosed} onSelect={() => ask("empty-channel")}>
        <Eraser aria-hidden="true" />
        {words.verb("empty-channel")}
      </RowAction>
      <RowAction danger closed={deleteClosed} onSelect={() => ask("delete-channel")}>
        <Trash2 aria-hidden="true" />
        {words.verb("delete-channel")}
      </RowAction>
    </>
  );
}
