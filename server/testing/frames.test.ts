import { expect, test } from "vitest";
import { FrameDecoder } from "./frames.ts";

// As a genuine nsqd wrote them: OK, an error, and a message with the body "body1".
const wire = Buffer.from(
  "00000006000000004f4b" +
    "0000001200000001455f4241445f50524f544f434f4c" +
    "000000230000000218ea53f3a2f1de6a000131386134326338646637653639303030626f647931",
  "hex",
);

test("[TF3] the decoder the tests trust reads the same frames wherever the bytes are cut", () => {
  for (let cut = 0; cut <= wire.length; cut++) {
    const decoder = new FrameDecoder();

    const frames = [...decoder.push(wire.subarray(0, cut)), ...decoder.push(wire.subarray(cut))];

    expect(frames, `cut at byte ${cut}`).toEqual([
      { type: "response", text: "OK" },
      { type: "error", text: "E_BAD_PROTOCOL" },
      {
        type: "message",
        message: {
          timestampNs: 0x18ea53f3a2f1de6an,
          attempts: 1,
          id: "18a42c8df7e69000",
          body: Buffer.from("body1"),
        },
      },
    ]);
  }
});

test("[TF3] the decoder the tests trust refuses what cannot be a frame", () => {
  expect(() => new FrameDecoder().push(Buffer.from("0000000000000000", "hex"))).toThrow("frame of 0 bytes");
  expect(() => new FrameDecoder().push(Buffer.from("00000006000000034f4b", "hex"))).toThrow("frame type 3");
});
