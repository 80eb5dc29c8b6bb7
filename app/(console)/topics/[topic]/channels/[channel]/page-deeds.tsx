"use client";

import { Gauge, Unplug } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type ApiFailure, apiPaths } from "../../../../../../server/console/contract/index.ts";
import { useWritesClosed } from "../../../../../actions/use-writes.ts";
import { Button } from "../../../../../components/button.tsx";
import { Dialog } from "../../../../../components/dialog.tsx";
import { Field, Input } from "../../../../../components/field.tsx";
import { Tooltip } from "../../../../../components/tooltip.tsx";
import { type Posted, post } from "../../../../../live/post.ts";
import { useWords } from "../../../../../words/index.ts";
import { useFailureWords } from "../../../../../words/use-failure.ts";
import type { PageRow } from "./browser-pages.tsx";

const rdyMost = 2_500;
const reasonMax = 500;

/** What an operator does about a page. */
export function PageDeeds({ row, again }: { row: PageRow; again: () => void }) {
  const t = useWords("consume");
  const [open, setOpen] = useState<"throttle" | "disconnect" | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [rdy, setRdy] = useState("");
  const [reason, setReason] = useState("");
  const wordsOf = useFailureWords();
  const { id, user, topic, channel } = row;
  const on = { topic: topic ?? "", channel: channel ?? "" };
  const closed = useWritesClosed({ action: "kick-client", ...on, node: "", client: "" });
  const isRdyGood = /^\d{1,4}$/.test(rdy) && Number(rdy) <= rdyMost;

  async function act(asked: Promise<Posted<void>>): Promise<void> {
    setBusy(true);
    const answer = await asked;
    setBusy(false);
    setFailure(answer.ok ? null : answer.failure);
    if (!answer.ok) return;
    setOpen(null);
    again();
  }
  const throttle = (to: number | null) => void act(post(apiPaths.consumeThrottle(id), { rdy: to }));
  const disconnect = () => void act(post(apiPaths.consumeDisconnect(id), reason === "" ? {} : { reason }));
  const opening = (deed: "throttle" | "disconnect", icon: ReactNode) => {
    const button = (
      <Button
        size="small"
        kind="quiet"
        aria-disabled={closed !== null}
        aria-label={t(`pages.${deed}-of`, { user })}
        onClick={() => {
          if (closed !== null) return;
          setFailure(null);
          setOpen(deed);
        }}
      >
        {icon}
        <span className="max-md:sr-only">{t(`pages.${deed}`)}</span>
      </Button>
    );
    return closed === null ? button : <Tooltip text={closed}>{button}</Tooltip>;
  };
  const failed = failure !== null && (
    <p role="alert" className="mt-3 text-13 text-crit">
      {wordsOf(failure)}
    </p>
  );
  const openChange = (isOpen: boolean) => {
    if (!isOpen) setOpen(null);
  };
  return (
    <span className="flex gap-1">
      {opening("throttle", <Gauge aria-hidden="true" />)}
      {opening("disconnect", <Unplug aria-hidden="true" />)}
      <Dialog
        open={open === "throttle"}
        onOpenChange={openChange}
        title={t("pages.throttle-of", { user })}
        description={t("pages.throttle-note", { rdy: row.rdyAsked })}
        action={
          <>
            {row.throttledTo !== null && (
              <Button disabled={busy} onClick={() => throttle(null)}>
                {t("pages.free")}
              </Button>
            )}
            <Button kind="primary" disabled={busy || !isRdyGood} onClick={() => throttle(Number(rdy))}>
              {t("pages.throttle-to", { rdy })}
            </Button>
          </>
        }
      >
        <Field label={t("pages.throttle-rdy")} className="mt-4 w-40">
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              maxLength={4}
              value={rdy}
              onChange={(event) => setRdy(event.target.value.trim())}
            />
          )}
        </Field>
        {failed}
      </Dialog>
      <Dialog
        open={open === "disconnect"}
        onOpenChange={openChange}
        title={t("pages.disconnect-title", { user })}
        description={t("pages.disconnect-note", { count: row.inFlight })}
        action={
          <Button kind="danger" disabled={busy} onClick={disconnect}>
            {t("pages.disconnect-of", { user })}
          </Button>
        }
      >
        <Field label={t("pages.reason")} className="mt-4">
          {(ids) => (
            <Input
              {...ids}
              maxLength={reasonMax}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {failed}
      </Dialog>
    </span>
  );
}
