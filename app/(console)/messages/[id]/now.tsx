"use client";

import Link from "next/link";
import { useEffect } from "react";
import { apiPaths, type MessageNowView, readEveryMs } from "../../../../server/console/contract/index.ts";
import { Section } from "../../../components/card.tsx";
import { ReadNote } from "../../../components/read-note.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { Status, type Tone } from "../../../components/status.tsx";
import { useNow } from "../../../live/use-now.ts";
import { useRead } from "../../../live/use-read.ts";
import { visible } from "../../../live/visible.ts";
import { paths } from "../../../paths.ts";
import { useFormat, useWords } from "../../../words/index.ts";
import { Acts } from "./acts.tsx";

type Found = NonNullable<MessageNowView["found"]>;
type ChannelNow = Found["channels"][number];
type Owed = ChannelNow & { readonly state: Exclude<ChannelNow["state"], "not-owed"> };

const tones = {
  waiting: "info",
  "in-flight": "info",
  deferred: "paused",
  unknown: "unknown",
} as const satisfies Record<Owed["state"], Tone>;

/** Where it stands now, as its node says: of what only waits nothing happens that could be told. */
export function Now({
  topic: known,
  id,
  ended,
  onFound,
}: {
  /** null: the audit does not know it. */
  topic: string | null;
  id: string;
  /** Channels of which the audit says that it ended there. */
  ended: ReadonlySet<string>;
  /** Of which topic it is. */
  onFound: (topic: string) => void;
}) {
  const t = useWords("messages");
  const path = known === null ? apiPaths.messageNowOf(id) : apiPaths.messageNow(known, id);
  const read = useRead<MessageNowView>(path, readEveryMs);
  const view = read.value;
  const topic = view?.found?.topic;
  useEffect(() => {
    if (topic !== undefined) onFound(topic);
  }, [topic, onFound]);
  return (
    <Section title={t("now.title")} note={t("now.note")} className="mt-6">
      {view === null && read.failure === null ? (
        <Skeleton className="h-24" />
      ) : (
        <>
          {view !== null &&
            (view.found === null ? (
              <p className="mb-2">
                {/* One that did not say may have it. */}
                {view.nodes.every(({ state }) => state === "ok")
                  ? t(known === null ? "now.nowhere" : "now.gone")
                  : t("now.not-known")}
              </p>
            ) : view.found.inTopic ? (
              <p className="mb-2">
                <Status tone="info">{t("now.in-topic")}</Status> {t(`now.why.${whyInTopic(view.found)}`)}
              </p>
            ) : (
              <Channels id={id} found={view.found} ended={ended} again={read.again} />
            ))}
          <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []}>
            {view?.found && <span>{t("now.of", { node: view.found.node })}</span>}
            {view?.found?.committed === true && <span>{t("now.committed")}</span>}
          </ReadNote>
        </>
      )}
    </Section>
  );
}

function whyInTopic({ committed, topicPaused }: Found): "uncommitted" | "paused" | "no-channel" {
  if (committed === false) return "uncommitted";
  return topicPaused ? "paused" : "no-channel";
}

function Channels({
  id,
  found: { topic, node, channels, cut },
  ended,
  again,
}: {
  id: string;
  found: Found;
  ended: ReadonlySet<string>;
  again: () => void;
}) {
  const t = useWords("messages");
  // Where the node would have to ask its store, the audit may know.
  const isOwed = ({ channel, state }: ChannelNow) =>
    state !== "not-owed" && !(state === "unknown" && ended.has(channel));
  const owed = channels.filter((one): one is Owed => isOwed(one));
  const others = channels.filter((one) => !isOwed(one)).map(({ channel }) => channel);
  return (
    <>
      {owed.length > 0 && (
        <ul data-testid="now-channels" className="mb-2 rounded-card border border-line">
          {owed.map((one) => (
            <li
              key={one.channel}
              className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line px-4 py-2 not-last:border-b"
            >
              <Link
                href={paths.channel(topic, one.channel)}
                className="font-mono text-13 text-accent underline-offset-2 hover:underline"
              >
                {one.channel}
              </Link>
              <Status tone={tones[one.state]}>{t(`now.state.${one.state}`)}</Status>
              <Standing now={one} />
              {/* What is one of a run that waits is not owed by itself. */}
              {one.state !== "unknown" && one.ahead === null && (
                <span className="ml-auto">
                  <Acts
                    topic={topic}
                    channel={one.channel}
                    standing={{ state: one.state, client: one.client }}
                    message={{ node, id }}
                    again={again}
                  />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <p className="mb-2">
          <Status tone="ok" className="whitespace-normal">
            {t("now.not-owed", { channels: others.join(", ") })}
          </Status>
        </p>
      )}
      {cut && <p className="mb-2 text-muted">{t("now.cut")}</p>}
    </>
  );
}

function Standing({ now: { state, paused, attempts, ahead, untilMs, client } }: { now: Owed }) {
  const t = useWords("messages");
  const f = useFormat();
  const nowMs = useNow();
  const left = untilMs === null ? null : f.age(Math.max(0, untilMs - nowMs));
  return (
    <span className="text-13 text-muted">
      {[
        state === "unknown" && t("now.unknown-why"),
        state === "waiting" && paused && t("now.paused"),
        ahead !== null && t("now.ahead", { count: ahead, ahead: f.count(ahead) }),
        state === "in-flight" &&
          (client === null
            ? t("now.holder-gone")
            : t("now.holder", { client: visible([client.clientId, client.address].join(" ")) })),
        left !== null && (state === "deferred" ? t("now.due", { left }) : t("now.times-out", { left })),
        attempts !== null && attempts > 0 && t("life.deliveries", { count: attempts }),
      ]
        .filter((part) => part !== false)
        .join(" · ")}
    </span>
  );
}
