// Loaded into a node before its own code: its wall clock is the system's plus the milliseconds that a file says,
// looked up often. The monotonic clock stays as it is, as it does when somebody sets a machine's clock.
import { readFileSync } from "node:fs";

const lookEveryMs = 20;
const file = process.env.CHAOS_CLOCK_FILE;
const SystemDate = Date;
let offsetMs = 0;

const look = () => {
  try {
    offsetMs = Number(readFileSync(file, "utf8")) || 0;
  } catch {
    offsetMs = 0;
  }
};

globalThis.Date = class extends SystemDate {
  constructor(...given) {
    if (given.length === 0) super(SystemDate.now() + offsetMs);
    else super(...given);
  }

  static now() {
    return SystemDate.now() + offsetMs;
  }
};

if (file) {
  look();
  setInterval(look, lookEveryMs).unref();
}
