import { expect, test } from "vitest";
import { FileName, type FileNaming, withRevision } from "./file-name.ts";
import { strftime } from "./strftime.ts";

const naming: FileNaming = {
  filenameFormat: "<TOPIC>.<HOST><REV>.<DATETIME>.log",
  datetimeFormat: "%Y-%m-%d_%H",
  hostIdentifier: "",
  gzip: false,
  needsRevision: false,
};
const machine = { hostname: "web-1.example.com", pid: 321 };
const afternoon = new Date(2026, 6, 4, 15, 6, 7);

function nameOf(changes: Partial<FileNaming> = {}, topic = "orders"): string {
  return new FileName({ ...naming, ...changes }, topic, machine).at(afternoon);
}

test.each([
  ["%Y-%m-%d_%H:%M:%S", "2026-07-04_15:06:07"],
  ["%y %b %B %a %A", "26 Jul July Sat Saturday"],
  ["%I %p", "03 PM"],
  ["100%% %Q %", "100% %Q %"],
])("[UT4] strftime lays a time out as %s", (format, expected) => {
  expect(strftime(format, afternoon)).toBe(expected);
});

test("[UT4] noon and midnight are 12", () => {
  const hours = [0, 12, 23].map((hour) => strftime("%I%p", new Date(2026, 0, 1, hour)));

  expect(hours).toEqual(["12AM", "12PM", "11PM"]);
});

test("[UT4] strftime's zone is that of the machine", () => {
  const minutes = -afternoon.getTimezoneOffset();
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");

  expect(strftime("%z", afternoon)).toMatch(new RegExp(`^[+-]${hours}\\d\\d$`));
  expect(strftime("%Z", afternoon)).toMatch(/^\S+$/);
});

test("[UT4] a file is called after its topic, the short host name and the hour", () => {
  expect(nameOf()).toBe("orders.web-1.2026-07-04_15.log");
});

test.each([
  [{ hostIdentifier: "dc1-<SHORT_HOST>" }, "orders.dc1-web-1.2026-07-04_15.log"],
  [{ hostIdentifier: "<HOSTNAME>" }, "orders.web-1.example.com.2026-07-04_15.log"],
  [{ filenameFormat: "<TOPIC>/<PID>.<DATETIME>", datetimeFormat: "%Y/%m" }, "orders/321.2026/07"],
  [{ filenameFormat: "<TOPIC>.<OTHER>" }, "orders.<OTHER>"],
  [{ gzip: true, needsRevision: true }, "orders.web-1<REV>.2026-07-04_15.log.gz"],
  [{ gzip: true, needsRevision: true, filenameFormat: "<TOPIC><REV>.gz" }, "orders<REV>.gz"],
])("[UT4] %j makes it %s", (changes, expected) => {
  expect(nameOf(changes)).toBe(expected);
});

test("[UT4] a revision has six digits", () => {
  expect(withRevision(nameOf({ needsRevision: true }), 7)).toBe("orders.web-1-000007.2026-07-04_15.log");
});

test("[UT4] a format without <REV> is refused where names may be taken", () => {
  expect(() => nameOf({ needsRevision: true, filenameFormat: "<TOPIC>.log" })).toThrow(
    "missing <REV> in --filename-format when gzip, rotation, or work dir enabled",
  );
});

test("[UT4] a topic cannot lead out of the directory, and a format may", () => {
  expect(() => nameOf({ filenameFormat: "<TOPIC>/<DATETIME>" }, "..")).toThrow("lead out of");
  expect(nameOf({ filenameFormat: "../<TOPIC>" })).toBe("../orders");
  expect(nameOf({}, "..")).toBe("...web-1.2026-07-04_15.log");
});
