"use client";

import { useEffect } from "react";
import type { Snapshot, WindowRequest, WindowRoom } from "../../server/console/contract/index.ts";
import { useLive } from "./provider.tsx";
import { useRoom } from "./use-room.ts";

/**
 * A part of a long table as the page was rendered with it, then as it moves. Another `request` moves it: until
 * its rows are there, those of the one before are.
 */
export function useWindow<R extends WindowRoom>(rendered: Snapshot<R>, request: WindowRequest): Snapshot<R> {
  const { store } = useLive();
  const { room } = rendered;
  const text = JSON.stringify(request);
  useEffect(() => store.place(room, JSON.parse(text) as WindowRequest), [store, room, text]);
  return useRoom(rendered);
}
