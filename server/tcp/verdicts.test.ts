import { expect, test } from "vitest";
import { type FaultCode, fault, isFatal } from "../protocol/faults.ts";
import { isVerb, verdicts } from "./verdicts.ts";

test("[E1] only a failed FIN, REQ or TOUCH leaves the connection open", () => {
  const codes: FaultCode[] = [
    "E_INVALID",
    "E_BAD_TOPIC",
    "E_BAD_MESSAGE",
    "E_FIN_FAILED",
    "E_REQ_FAILED",
    "E_TOUCH_FAILED",
  ];

  const survived = codes.filter((code) => !isFatal(fault(code, "why")));

  expect(survived).toEqual(["E_FIN_FAILED", "E_REQ_FAILED", "E_TOUCH_FAILED"]);
});

test("[E2] a closing connection answers for what it holds and may publish, but asks for nothing more", () => {
  const runs = Object.entries(verdicts).filter(([, verdict]) => verdict.closing === "run");

  expect(runs.map(([verb]) => verb)).toEqual(["PUB", "MPUB", "DPUB", "FIN", "REQ", "TOUCH", "NOP"]);
  expect(verdicts.RDY.closing).toBe("ignore");
});

test("[E2] a word that only looks like a verb is none", () => {
  for (const word of ["", "pub", "constructor", "__proto__", "PUB "]) expect(isVerb(word)).toBe(false);
});
