export { Consumer, type ConsumerEvents, type ConsumerStats } from "./consumer.ts";
export type { ErrorCode, PublishOutcome } from "./errors.ts";
export { ClientError, PublishError } from "./errors.ts";
export type { Handler, Message } from "./message.ts";
export { parseConnectionOptions, parseConsumerOptions, parseProducerOptions } from "./option-list.ts";
export {
  type ConnectionOptions,
  type ConsumerOptions,
  OptionError,
  type ProducerOptions,
} from "./options.ts";
export { type Body, Producer, type ProducerEvents } from "./producer.ts";
