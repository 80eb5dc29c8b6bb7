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
