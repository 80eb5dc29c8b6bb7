import { describe, expect, test } from "vitest";
import { type IdentifyLimits, type Identity, readIdentify } from "./identify.ts";

const limits: IdentifyLimits = {
  maxRdyCount: 2_500,
  maxMsgTimeoutMs: 900_000,
  msgTimeoutMs: 60_000,
  maxHeartbeatIntervalMs: 60_000,
  maxOutputBufferSize: 65_536,
  maxOutputBufferTimeoutMs: 30_000,
  minOutputBufferTimeoutMs: 25,
  outputBufferTimeoutMs: 250,
  maxDeflateLevel: 6,
  tlsV1: false,
  deflate: false,
  snappy: false,
  authRequired: false,
  topologyRegion: "",
  topologyZone: "",
};

function accepted(body: string): Identity {
  const identity = readIdentify(body, limits);
  if ("code" in identity) throw new Error(identity.text);
  return identity;
}

function refused(body: string): string {
  const fault = readIdentify(body, limits);
  if (!("code" in fault)) throw new Error("accepted");
  return fault.text;
}

const undecodable = "E_BAD_BODY IDENTIFY failed to decode JSON body";

describe("an IDENTIFY", () => {
  test.each([
    ["a fraction", '{"heartbeat_interval":1000.0}'],
    ["an exponent", '{"heartbeat_interval":1e3}'],
    ["a fraction under an escaped key", '{"heartbeat\\u005finterval":1000.0}'],
    ["a fraction behind blanks", '{"heartbeat_interval"\n:\t1000.0}'],
    ["a string", '{"heartbeat_interval":"1000"}'],
    ["a fraction of a boolean's", '{"tls_v1":1}'],
    ["nesting without end", `{"x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
  ])("[TI12] with %s is refused", (_, body) => {
    expect(refused(body)).toBe(undecodable);
  });

  test.each([
    ["a field's name in an object of its own", '{"x":{"heartbeat_interval":1.5},"heartbeat_interval":2000}'],
    ["a field's name in a string", '{"x":"\\"heartbeat_interval\\":1.5","heartbeat_interval":2000}'],
    ["a field twice: the last counts", '{"heartbeat_interval":1000,"heartbeat_interval":2000}'],
    ["a prototype", '{"__proto__":{"heartbeat_interval":5},"constructor":1,"heartbeat_interval":2000}'],
  ])("[TI3] with %s is understood", (_, body) => {
    expect(accepted(body).heartbeatIntervalMs).toBe(2_000);
  });

  test("[TI3] that has nothing of its own has what an object's prototype has not", () => {
    expect(accepted('{"__proto__":{"sample_rate":7}}').sampleRate).toBe(0);
    expect(accepted("null").clientId).toBe("");
  });

  test("[P3] what a client says of itself is kept up to a length", () => {
    const long = "x".repeat(60_000);
    const { clientId, hostname, userAgent, topologyRegion, topologyZone } = accepted(
      JSON.stringify({
        client_id: long,
        hostname: long,
        user_agent: long,
        topology_region: long,
        topology_zone: long,
      }),
    );
    for (const kept of [clientId, hostname, userAgent, topologyRegion, topologyZone]) {
      expect(kept).toBe("x".repeat(1_024));
    }
  });
});
