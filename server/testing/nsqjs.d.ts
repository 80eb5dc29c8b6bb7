/** The part of nsqjs that tests use; the package has no types of its own. */
declare module "nsqjs" {
  import type { EventEmitter } from "node:events";

  export interface Message {
    readonly id: string;
    readonly body: Buffer;
    readonly attempts: number;
    finish(): void;
    requeue(delayMs: number, backoff: boolean): void;
    touch(): void;
  }

  export interface ReaderOptions {
    nsqdTCPAddresses: string[];
    maxInFlight: number;
    messageTimeout: number;
    heartbeatInterval: number;
    lookupdHTTPAddresses: string[];
    lookupdPollInterval: number;
    deflate: boolean;
    snappy: boolean;
    tls: boolean;
    tlsVerification: boolean;
  }

  export class Reader extends EventEmitter<{
    message: [Message];
    error: [Error];
    nsqd_connected: [host: string, port: number];
  }> {
    constructor(topic: string, channel: string, options: Partial<ReaderOptions>);
    connect(): void;
    close(): void;
    pause(): void;
    unpause(): void;
  }

  type Body = string | Buffer | object;

  export class Writer extends EventEmitter<{ ready: []; closed: []; error: [Error] }> {
    constructor(host: string, port: number, options?: object);
    connect(): void;
    close(): void;
    publish(topic: string, body: Body | Body[], done: (error?: Error) => void): void;
    deferPublish(topic: string, body: Body | Body[], delayMs: number, done: (error?: Error) => void): void;
  }
}
