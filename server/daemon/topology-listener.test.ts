import { expect, test } from "vitest";
import { topologyListener } from "./topology-listener.ts";

test("[SM3] the file is written for what it has, not for what is ephemeral", () => {
  let written = 0;
  const told: string[] = [];
  const listener = topologyListener({
    log: { log: (_level, text) => void told.push(text) },
    metadata: { changed: () => written++ },
    discovery: () => ({ topicCreated() {}, changed() {} }),
  });

  listener.topicCreated("t#ephemeral");
  listener.channelCreated("t#ephemeral", "c");
  listener.channelCreated("t", "c#ephemeral");
  listener.pauseChanged("t", "c#ephemeral", true);
  listener.channelDeleted("t", "c#ephemeral");
  listener.topicDeleted("t#ephemeral");
  expect(written).toBe(0);
  expect(told).toHaveLength(6);

  listener.topicCreated("t");
  listener.channelCreated("t", "c");
  listener.pauseChanged("t", null, true);
  listener.channelDeleted("t", "c");
  listener.topicDeleted("t");
  expect(written).toBe(5);
});
