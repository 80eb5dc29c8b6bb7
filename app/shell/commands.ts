"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

/** Something that can be done on the page that is open, for the palette. */
export interface Command {
  readonly id: string;
  readonly label: string;
  /** Why it cannot be done now; null: it can. */
  readonly closed: string | null;
  readonly run: () => void;
}

let commands: readonly Command[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Command[]): void {
  commands = next;
  for (const tell of listeners) tell();
}

/** Puts a command into the palette for as long as the part of the page is there that can do it. */
export function useCommand({ id, label, closed, run }: Command): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const command = { id, label, closed, run: () => latest.current() };
    change([...commands.filter((other) => other.id !== id), command]);
    return () => change(commands.filter((other) => other !== command));
  }, [id, label, closed]);
}

const none: readonly Command[] = [];

export function useCommands(): readonly Command[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => commands,
    () => none,
  );
}
