"use client";

import { useEffect, useRef } from "react";

/**
 * Keys of the whole page. Parts of it say what a key does while they are there; the last that came has it.
 * Nothing fires while somebody writes, composes (Chinese is typed with letters), or answers a dialog.
 */
type Run = (event: KeyboardEvent) => void;

const held = new Map<string, Run[]>();

/** A first key that waits for a second: `g` and then where to. */
const leader = "g";
const secondKeyMs = 1_500;

/** @param key as `keyOf` writes it, or `g o` for one after the other */
export function useKey(key: string, run: Run): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => hold(key, (event) => latest.current(event)), [key]);
}

function hold(key: string, run: Run): () => void {
  held.set(key, [...(held.get(key) ?? []), run]);
  return () => {
    const left = (held.get(key) ?? []).filter((other) => other !== run);
    if (left.length === 0) held.delete(key);
    else held.set(key, left);
  };
}

type Pressed = Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** `Mod+k`, `Shift+Space`, `Escape`, `?`, `j`; null: a combination that is not ours. */
export function keyOf(event: Pressed): string | null {
  const mod = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  if (mod) return event.shiftKey ? null : `Mod+${event.key.toLowerCase()}`;
  if (event.code === "Space") return event.shiftKey ? "Shift+Space" : null;
  return event.key.length === 1 ? event.key : event.key === "Escape" ? "Escape" : null;
}

interface Moment {
  readonly key: string;
  readonly nowMs: number;
  readonly lettersOn: boolean;
}

/** What a key means after those before it: `fire` what is held for it, `wait` for the second of two. */
export class KeyReader {
  #leaderAtMs = Number.NEGATIVE_INFINITY;

  read({ key, nowMs, lettersOn }: Moment): string | null {
    if (key.length > 1) return key;
    if (!lettersOn) return null;
    const second = nowMs - this.#leaderAtMs < secondKeyMs;
    this.#leaderAtMs = Number.NEGATIVE_INFINITY;
    if (second) return `${leader} ${key}`;
    if (key === leader) {
      this.#leaderAtMs = nowMs;
      return null;
    }
    return key;
  }
}

/** Listens for all of them. Once, in the shell. */
export function useKeys(lettersOn: boolean): void {
  useEffect(() => {
    const reader = new KeyReader();
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
      const key = keyOf(event);
      if (key === null || (event.repeat && key !== "j" && key !== "k")) return;
      if (key !== "Mod+k" && (isWriting(event.target) || isAsking())) return;
      const meant = reader.read({ key, nowMs: event.timeStamp, lettersOn });
      const run = meant === null ? undefined : held.get(meant)?.at(-1);
      if (run === undefined) return;
      event.preventDefault();
      run(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [lettersOn]);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

function isAsking(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}
