"use client";

import Link from "next/link";
import { memo, type ReactNode, useMemo } from "react";
import type { EventRow } from "../../../server/console/contract/index.ts";
import { clock, day } from "../../live/format.ts";
import { useStatus } from "../../live/use-room.ts";
import { visible } from "../../live/visible.ts";
import { Kind } from "../../messages/kinds.tsx";
import { paths } from "../../paths.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { byMessage } from "./by-message.ts";
import { latenciesOf } from "./latency.ts";

const head = "px-3 py-2 text-left text-12 font-medium whitespace-nowrap text-muted";
const cell = "px-3 py-1.5 align-baseline";

export function EventTable({ events }: { events: readonly EventRow[] }) {
  const t = useWords("messages");
  const { data } = useStatus();
  const nodes = useMemo(() => new Map(data.nodes.map(({ id, key }) => [id, key])), [data.nodes]);
  const isSized = events.some(({ bytes }) => bytes !== undefined);
  const latencies = useMemo(() => latenciesOf(events), [events]);
  return (
    <Frame label={t("results.events")}>
      <thead>
        <tr>
          <th className={head}>{t("column.time")}</th>
          <th className={head}>{t("column.event")}</th>
          <th className={head}>{t("column.message")}</th>
          <th className={head}>{t("column.place")}</th>
          <th className={`${head} text-right`}>{t("column.attempts")}</th>
          <th className={`${head} text-right max-md:hidden`} title={t("column.latency-hint")}>
            {t("column.latency")}
          </th>
          {isSized && <th className={`${head} text-right`}>{t("column.size")}</th>}
          <th className={`${head} max-lg:hidden`}>{t("column.client")}</th>
          <th className={`${head} max-xl:hidden`}>{t("column.node")}</th>
          <th className={`${head} text-right max-xl:hidden`} title={t("column.epoch-hint")}>
            {t("column.epoch")}
          </th>
        </tr>
      </thead>
      <tbody>
        {events.map((event, at) => (
          <Event
            // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
            key={at}
            event={event}
            latencyMs={latencies[at] ?? null}
            isSized={isSized}
            node={nodes.get(event.node) ?? event.node.slice(0, 8)}
          />
        ))}
      </tbody>
    </Frame>
  );
}

function Frame({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
      tabIndex={0}
      className="overflow-x-auto rounded-card border border-line"
    >
      <table aria-label={label} className="w-full text-13 [&_tbody_tr]:border-t [&_tbody_tr]:border-line">
        {children}
      </table>
    </section>
  );
}

const Event = memo(function Event({
  event,
  latencyMs,
  isSized,
  node,
}: {
  event: EventRow;
  latencyMs: number | null;
  isSized: boolean;
  node: string;
}) {
  const t = useWords("messages");
  const f = useFormat();
  const { kind, id, count, topic, channel, attempts, delayMs, client } = event;
  return (
    <tr className="hover:bg-surface">
      <td className={cell}>
        <Time ms={event.atMs} />
      </td>
      <td className={cell}>
        <Kind kind={kind} />
        {delayMs !== null && (
          <span className="ml-1.5 text-12 text-muted">{t("results.delay", { delay: f.span(delayMs) })}</span>
        )}
      </td>
      <td className={`${cell} whitespace-nowrap`}>
        <MessageLink id={id} />
        {count > 1 && (
          <span className="ml-1.5 text-12 text-muted" title={t("results.run-hint")}>
            {t("results.run", { count, more: f.count(count - 1) })}
          </span>
        )}
      </td>
      <td className={cell}>
        <Place topic={topic} channel={channel} />
      </td>
      <td className={`${cell} text-right`}>{attempts ?? "—"}</td>
      <td className={`${cell} text-right whitespace-nowrap max-md:hidden`}>
        {latencyMs === null ? "—" : f.span(latencyMs)}
      </td>
      {isSized && (
        <td className={`${cell} text-right whitespace-nowrap`}>
          {event.bytes === undefined ? "—" : f.bytes(event.bytes)}
        </td>
      )}
      <td className={`${cell} text-12 text-muted wrap-anywhere max-lg:hidden`}>
        {client === null
          ? "—"
          : visible([...new Set([client.id, client.host, client.address])].filter(Boolean).join(" · "))}
      </td>
      <td className={`${cell} font-mono text-12 text-muted max-xl:hidden`}>{node}</td>
      <td className={`${cell} text-right text-12 text-muted max-xl:hidden`}>{event.epoch ?? "—"}</td>
    </tr>
  );
});

export function MessageTable({ events }: { events: readonly EventRow[] }) {
  const t = useWords("messages");
  const f = useFormat();
  const { messages, left } = useMemo(() => byMessage(events), [events]);
  return (
    <>
      <Frame label={t("results.messages")}>
        <thead>
          <tr>
            <th className={head}>{t("column.message")}</th>
            <th className={head}>{t("column.topic")}</th>
            <th className={head}>{t("column.channels")}</th>
            <th className={head}>{t("column.last")}</th>
            <th className={head}>{t("column.time")}</th>
            <th className={`${head} text-right`}>{t("column.attempts")}</th>
            <th className={`${head} text-right`}>{t("column.events")}</th>
            <th className={`${head} text-right max-lg:hidden`}>{t("column.span")}</th>
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => (
            <tr key={message.id} className="hover:bg-surface">
              <td className={cell}>
                <MessageLink id={message.id} />
              </td>
              <td className={cell}>
                <Place topic={message.topic} channel={null} />
              </td>
              <td className={`${cell} font-mono text-12 wrap-anywhere`}>
                {message.channels.join(", ") || "—"}
              </td>
              <td className={cell}>
                <Kind kind={message.last} />
              </td>
              <td className={cell}>
                <Time ms={message.lastAtMs} />
              </td>
              <td className={`${cell} text-right`}>{message.attempts ?? "—"}</td>
              <td className={`${cell} text-right`}>{f.count(message.events)}</td>
              <td className={`${cell} text-right max-lg:hidden`}>
                {message.events > 1 ? f.span(message.lastAtMs - message.firstAtMs) : "—"}
              </td>
            </tr>
          ))}
        </tbody>
      </Frame>
      {left > 0 && (
        <p className="mt-1 text-12 text-muted">
          {t("results.unnamed", { count: left, many: f.count(left) })}
        </p>
      )}
    </>
  );
}

function Time({ ms }: { ms: number }) {
  const zone = useZone();
  return (
    <time
      dateTime={new Date(ms).toISOString()}
      title={`${day(ms, zone)} ${clock(ms, zone, true)}`}
      className="text-12 whitespace-nowrap text-muted"
    >
      {day(ms, zone).slice(5)} {clock(ms, zone, true)}
    </time>
  );
}

function MessageLink({ id }: { id: string }) {
  return (
    <Link
      prefetch={false}
      href={paths.message(id)}
      className="font-mono text-12 text-accent underline-offset-2 hover:underline"
    >
      {id}
    </Link>
  );
}

function Place({ topic, channel }: { topic: string; channel: string | null }) {
  return (
    <span className="font-mono text-12 whitespace-nowrap">
      <Link prefetch={false} href={paths.topic(topic)} className="hover:underline">
        {topic}
      </Link>
      {channel !== null && (
        <>
          {" / "}
          <Link prefetch={false} href={paths.channel(topic, channel)} className="hover:underline">
            {channel}
          </Link>
        </>
      )}
    </span>
  );
}
