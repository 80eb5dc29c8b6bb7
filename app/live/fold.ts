import { applyDelta, type Delta, type Snapshot } from "../../server/console/contract/index.ts";

/**
 * What a room holds after a delta, or `gap`: something before it was dropped, so the room has to be
 * watched again.
 */
export function foldDelta(held: Snapshot | undefined, delta: Delta): Snapshot | "gap" {
  if (held === undefined || held.data === null || delta.rev !== held.rev + 1) return "gap";
  return { room: held.room, rev: delta.rev, atMs: delta.atMs, data: applyDelta(held.data, delta) };
}

/** What a page was rendered with, then what arrived: the younger of the two. */
export function newer<S extends { readonly atMs: number }>(rendered: S, arrived: S | undefined): S {
  return arrived !== undefined && arrived.atMs >= rendered.atMs ? arrived : rendered;
}
