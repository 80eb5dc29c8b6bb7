import { rooms, type TailRow } from "../../../server/console/contract/index.ts";
import type { LiveStore } from "../../live/store.ts";

const listenMs = 5_000;

/**
 * Listens to a topic for the copy of a message that is about to be published: NSQ answers a publish with
 * `OK` and no id, and the copy has it.
 * @returns `ready` once copies arrive, and `id` of the first with that body, null after five seconds
 */
export function listenFor(
  store: LiveStore,
  topic: string,
  matches: (row: TailRow) => boolean,
): { readonly ready: Promise<void>; readonly id: Promise<string | null>; readonly stop: () => void } {
  const ready = Promise.withResolvers<void>();
  const id = Promise.withResolvers<string | null>();
  const leave = store.tail(rooms.tail(topic), (batch) => {
    ready.resolve();
    const row = batch.rows.find(matches);
    if (row !== undefined) id.resolve(row.id);
  });
  const timer = setTimeout(() => {
    ready.resolve();
    id.resolve(null);
  }, listenMs);
  const stop = () => {
    clearTimeout(timer);
    leave();
    ready.resolve();
    id.resolve(null);
  };
  return { ready: ready.promise, id: id.promise, stop };
}
