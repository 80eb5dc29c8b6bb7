/** Messages of many channels that are in flight, deferred, or come again and again. */
import type { DeferredRow, InFlightRow, InFlightView, PoisonRow } from "./reads.ts";

/** As they stand in addresses. */
export const heldStates = ["inflight", "deferred", "poison"] as const;
export type HeldState = (typeof heldStates)[number];

/** Channels asked at a time: those that have most. */
export const heldChannelsMax = 10;
/** Many channels are asked for again after so long. */
export const heldEveryMs = 5_000;

/** The query of `GET /api/v1/held`. */
export interface HeldQuery {
  readonly state: HeldState;
  readonly topic?: string;
  readonly channel?: string;
}

interface RowOf {
  readonly inflight: InFlightRow;
  readonly deferred: DeferredRow;
  readonly poison: PoisonRow;
}

/** `key` is one over all channels. */
export type HeldRow<State extends HeldState = HeldState> = RowOf[State] & {
  readonly topic: string;
  readonly channel: string;
};

export interface HeldView<State extends HeldState = HeldState>
  extends Pick<InFlightView, "atMs" | "nodes" | "total" | "cut"> {
  /** Channels that were asked, and those that have some and were not. */
  readonly channels: number;
  readonly channelsLeft: number;
  /** At most `readRowsShownMax`: due soonest, or tried most often first. */
  readonly rows: readonly HeldRow<State>[];
}
