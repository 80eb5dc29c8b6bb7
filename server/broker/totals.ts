import type { Channel } from "./channel.ts";
import type { Topic } from "./topic.ts";

/** Counters added up. What was deleted stays in the sum of a broker, so that it never goes back. */
export class Totals {
  messageCount = 0;
  messageBytes = 0;
  deliverCount = 0;
  finishCount = 0;
  requeueCount = 0;
  timeoutCount = 0;
  lostCount = 0;

  add(other: Totals): void {
    this.messageCount += other.messageCount;
    this.messageBytes += other.messageBytes;
    this.deliverCount += other.deliverCount;
    this.finishCount += other.finishCount;
    this.requeueCount += other.requeueCount;
    this.timeoutCount += other.timeoutCount;
    this.lostCount += other.lostCount;
  }

  addTopic(topic: Topic): void {
    this.messageCount += topic.messageCount;
    this.messageBytes += topic.messageBytes;
  }

  addChannel(channel: Channel): void {
    this.deliverCount += channel.deliverCount;
    this.finishCount += channel.finishCount;
    this.requeueCount += channel.requeueCount;
    this.timeoutCount += channel.timeoutCount;
    this.lostCount += channel.lostCount;
  }
}
