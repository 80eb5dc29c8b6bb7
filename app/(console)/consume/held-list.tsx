"use client";

import Link from "next/link";
import { useRef } from "react";
import { Button } from "../../components/button.tsx";
import { cn } from "../../components/classes.ts";
import { visible } from "../../live/visible.ts";
import { paths } from "../../paths.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { Countdown } from "./countdown.tsx";
import type { Act, Held } from "./use-held.ts";

const lineCharactersMax = 200;
const acts = ["finish", "requeue", "touch"] as const;

/** What this page has to answer, oldest first. */
export function HeldList({
  held,
  chosen,
  choose,
  act,
}: {
  held: readonly Held[];
  chosen: Held | null;
  choose: (held: Held) => void;
  act: (what: Act, held: Held) => void;
}) {
  const t = useWords("consume");
  const list = useRef<HTMLUListElement>(null);

  /** The row goes: whoever stood in it stands in the next. */
  function answered(what: Act, one: Held): void {
    const rows = [...(list.current?.querySelectorAll("[data-open]") ?? [])] as HTMLElement[];
    const at = held.indexOf(one);
    const next = what === "touch" ? undefined : (rows[at + 1] ?? rows[at - 1]);
    if (list.current?.contains(document.activeElement)) next?.focus();
    act(what, one);
  }

  return (
    <ul
      ref={list}
      aria-label={t("held-list")}
      data-testid="held"
      className="min-w-0 overflow-hidden rounded-card border border-line"
    >
      {held.map((one) => (
        <Row
          key={`${one.message.id} ${one.message.tag}`}
          held={one}
          isChosen={one.message === chosen?.message}
          choose={() => choose(one)}
          act={(what) => answered(what, one)}
        />
      ))}
    </ul>
  );
}

function Row({
  held,
  isChosen,
  choose,
  act,
}: {
  held: Held;
  isChosen: boolean;
  choose: () => void;
  act: (what: Act) => void;
}) {
  const t = useWords("consume");
  const f = useFormat();
  const { message } = held;
  const { id } = message;
  return (
    <li
      data-row
      aria-current={isChosen}
      className={cn("border-b border-line px-3 py-1.5 last:border-b-0", isChosen && "bg-surface")}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Countdown held={held} />
        <button
          type="button"
          data-open
          aria-pressed={isChosen}
          aria-label={t("show-body", { id })}
          onClick={choose}
          onFocus={choose}
          className="min-h-6 min-w-32 flex-1 truncate text-left font-mono text-12"
        >
          {visible(message.text.slice(0, lineCharactersMax))}
        </button>
        <span className="flex shrink-0 gap-1">
          {acts.map((what) => (
            <Button
              key={what}
              size="small"
              kind={what === "finish" ? "plain" : "quiet"}
              aria-label={t(`act.${what}-of`, { id })}
              onClick={() => act(what)}
            >
              {t(`act.${what}`)}
            </Button>
          ))}
        </span>
      </div>
      <div className="flex flex-wrap gap-x-3 text-12 text-muted">
        <Link prefetch={false} href={paths.message(id)} className="font-mono text-accent hover:underline">
          {id}
        </Link>
        <span>{t("attempt", { number: message.attempts })}</span>
        <span>{f.bytes(message.bytes.length)}</span>
      </div>
    </li>
  );
}
