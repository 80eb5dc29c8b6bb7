"use client";

import Link from "next/link";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/card.tsx";
import { Status } from "../../components/status.tsx";
import { clock, day } from "../../live/format.ts";
import { paths } from "../../paths.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import type { Sent } from "./history.ts";

/** What the node said to each, newest first; kept in this browser. */
export function Outcomes({
  sent,
  unseen,
  forget,
  again,
}: {
  sent: readonly Sent[];
  unseen: boolean;
  forget: () => void;
  again: (sent: Sent) => void;
}) {
  const t = useWords("publish");
  if (sent.length === 0) return null;
  return (
    <Section
      title={t("sent")}
      note={t("sent-note")}
      aside={
        <Button size="small" kind="quiet" onClick={forget}>
          {t("forget")}
        </Button>
      }
      className="mt-6 max-w-240"
    >
      {unseen && (
        <p className="mb-2">
          <Status tone="unknown" className="whitespace-normal">
            {t("unseen")}
          </Status>
        </p>
      )}
      <ul aria-live="polite" data-testid="outcomes" className="rounded-card border border-line">
        {sent.map((one, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: they have no identity of their own
            key={sent.length - at}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line px-4 py-2 not-last:border-b"
          >
            <Line sent={one} />
            <Button size="small" kind="quiet" onClick={() => again(one)}>
              {t("again")}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Line({ sent }: { sent: Sent }) {
  const t = useWords("publish");
  const f = useFormat();
  const zone = useZone();
  const {
    topic,
    answer,
    isAccepted,
    node,
    bytes,
    messages,
    tookMs,
    dueAtMs,
    durable,
    messageId,
    message,
    atMs,
  } = sent;
  const again = sent.again === true;
  const isCommitted = isAccepted && durable === true;
  return (
    <>
      <Status tone={isAccepted ? (again ? "info" : "ok") : "crit"}>
        {again ? t("not-again") : isCommitted ? t("committed", { answer, took: f.span(tookMs) }) : answer}
      </Status>
      <span className="min-w-0 wrap-anywhere">
        {isAccepted ? (
          <>
            {t.rich(again ? "accepted-before" : isCommitted ? "accepted-durable" : "accepted", {
              ...{ bytes: f.bytes(bytes), took: f.span(tookMs), node },
              topic: () => (
                <Link href={paths.topic(topic)} className="font-mono text-accent underline">
                  {topic}
                </Link>
              ),
            })}
            {messages > 1 && t("accepted-many", { count: messages })}
            {dueAtMs !== null && t("accepted-due", { at: clock(dueAtMs, zone) })}
            {!again && t("accepted-measured")}
            {messageId !== null && (
              <>
                {" · "}
                <Link
                  href={paths.message(messageId)}
                  title={t("trace")}
                  className="font-mono text-12 text-accent underline"
                >
                  {messageId}
                </Link>
              </>
            )}
          </>
        ) : (
          <>
            {message} <span className="font-mono text-12 text-muted">{topic}</span>
          </>
        )}
      </span>
      <time
        dateTime={new Date(atMs).toISOString()}
        title={day(atMs, zone)}
        className="ml-auto text-12 text-muted"
      >
        {clock(atMs, zone)}
      </time>
    </>
  );
}
