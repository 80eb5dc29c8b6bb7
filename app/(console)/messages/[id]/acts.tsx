"use client";

import { Ellipsis } from "lucide-react";
import { useState } from "react";
import type { ChosenMessage, MessageVerb, PoisonRow } from "../../../../server/console/contract/index.ts";
import { useMessagesClosed } from "../../../actions/use-writes.ts";
import { Button } from "../../../components/button.tsx";
import { Menu, MenuItem } from "../../../components/menu.tsx";
import { useWords } from "../../../words/index.ts";
import { ChosenDialog } from "../../topics/[topic]/channels/[channel]/chosen-dialog.tsx";
import { verbsOfState } from "../../topics/[topic]/channels/[channel]/held.tsx";

/** What can be done with one message in one channel, as it stands there. */
export function Acts({
  topic,
  channel,
  standing,
  message,
  again,
}: {
  topic: string;
  channel: string;
  standing: Pick<PoisonRow, "state" | "client">;
  message: ChosenMessage;
  again: () => void;
}) {
  const t = useWords("channel");
  const own = useWords("messages");
  const closed = useMessagesClosed(topic, channel);
  const [verb, setVerb] = useState<MessageVerb | null>(null);
  const label = own("now.acts", { channel });
  return (
    <>
      <Menu
        label={label}
        button={
          <Button
            size="small"
            kind="quiet"
            aria-label={label}
            disabled={closed !== null}
            title={closed ?? label}
          >
            <Ellipsis aria-hidden="true" />
          </Button>
        }
      >
        {verbsOfState(standing).map((one) => (
          <MenuItem key={one} onSelect={() => setVerb(one)}>
            {t(`chosen.act.${one}`, { count: 1 })}
          </MenuItem>
        ))}
      </Menu>
      {verb !== null && (
        <ChosenDialog
          topic={topic}
          channel={channel}
          verb={verb}
          messages={[message]}
          onClose={(acted) => {
            setVerb(null);
            if (acted) again();
          }}
        />
      )}
    </>
  );
}
