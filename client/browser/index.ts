export {
  Consumer,
  type ConsumerEvents,
  type ConsumerOptions,
  type ConsumerState,
  type Gap,
} from "./consumer.ts";
export { BridgeError } from "./errors.ts";
export type { TokenSource } from "./link.ts";
export type { Message, Outcome } from "./message.ts";
export { type Body, Producer, type ProducerEvents, type PublishOptions } from "./producer.ts";
export type { Grant, RefusalCode } from "./protocol.ts";
export { Tail, type TailEvents, type TailOptions, type TailState } from "./tail.ts";
export {
  type OutcomeKind,
  type OutcomeRow,
  type TailBatch,
  type TailRow,
  type TailSpec,
  tailBodyBytesMax,
  tailRowsPerSecondMax,
} from "./tail-batch.ts";
