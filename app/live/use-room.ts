"use client";

import { useEffect, useSyncExternalStore } from "react";
import type { Room, RoomView, Snapshot, WindowRoom } from "../../server/console/contract/index.ts";
import { newer } from "./fold.ts";
import { useLive } from "./provider.tsx";

/** A room as the page was rendered with it, then as it moves. `data` is null while there is no such thing. */
export function useRoom<R extends Room | WindowRoom>(rendered: Snapshot<R>): Snapshot<R> {
  const { store } = useLive();
  const { room } = rendered;
  useEffect(() => store.follow(room), [store, room]);
  const arrived = useSyncExternalStore(
    store.subscribe,
    () => store.shown(room) as Snapshot<R> | undefined,
    () => undefined,
  );
  return newer(rendered, arrived);
}

export function useStatus(): Snapshot<"status"> & { readonly data: RoomView<"status"> } {
  const { status } = useLive();
  const now = useRoom(status);
  return { ...now, data: now.data ?? (status.data as RoomView<"status">) };
}
