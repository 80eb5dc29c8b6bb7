/** The list in docs/compatibility.md: every check of NSQ's behaviour, and the tests that make it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, rules, testsOfRules } from "./rules.ts";

/** What stands above this line in docs/compatibility.md is written by hand. */
const marker = "<!-- What follows is made by `npm run docs`. -->";

/** The checks, by the letters their ids begin with: their subject, and how many there are. */
const subjects: Readonly<Record<string, readonly [subject: string, count: number]>> = {
  TF: ["Framing and commands", 16],
  TI: ["IDENTIFY", 17],
  TU: ["TLS and compression", 14],
  TH: ["Heartbeats", 7],
  TA: ["Authorisation", 12],
  TS: ["SUB, RDY, CLS", 12],
  TP: ["Publishing", 8],
  TM: ["What is done with a message", 10],
  MS: ["Topics and channels", 15],
  MP: ["What outlives a process", 8],
  HT: ["HTTP of a node", 17],
  LT: ["TCP of a lookup", 8],
  LH: ["HTTP of a lookup", 6],
  LI: ["Between nodes and lookups", 8],
  AD: ["nsqadmin", 12],
  CL: ["Command lines", 6],
  UT: ["Utilities", 6],
  ST: ["statsd and statistics", 3],
  CX: ["Clients", 3],
};

/** Checks that need genuine programs of NSQ's, which no test may depend on, and why we believe in them all the same. */
const untested: Readonly<Record<string, readonly [sentence: string, reason: string]>> = {
  MP7: [
    "A node starts on the data path of a genuine nsqd, and the other way round.",
    "Topics, channels and pauses pass in both directions: `nsqd.dat` has NSQ's shape (MP3). Messages do not: they lie in files of another format. [How to cut over](coming-from-nsq.md#cutting-over) empties the old node first.",
  ],
  LI7: [
    "A genuine nsqd works with our nsqlookupd, and our node with a genuine nsqlookupd.",
    "Both sides are tested byte by byte against scripted ones (LT1 to LT8, LI1 to LI8).",
  ],
  AD11: [
    "A genuine nsqadmin works with our nodes and lookups.",
    "What it reads is tested shape by shape (HT8, HT9, LH1, LH4).",
  ],
  CX2: [
    "Every official client consumes and publishes with every feature it offers, unmodified.",
    "JavaScript: CX1. What the Go and the Python client send and expect is tested as bytes; the clients themselves need toolchains that are no part of this project.",
  ],
  CX3: [
    "Genuine utilities and nsqadmin work with our servers, ours with genuine ones.",
    "Both sides are tested against scripted ones that answer as genuine ones do.",
  ],
};

/** Ids that have neither a test nor a reason. */
export function idsMissing(): string[] {
  const tests = testsOfRules();
  return ids().filter((id) => !tests.has(id) && !Object.hasOwn(untested, id));
}

/** The whole of docs/compatibility.md, its written part as it is. */
export function compatibilityPage(): string {
  const page = readFileSync(join(root, "docs/compatibility.md"), "utf8");
  const written = page.split(marker)[0]!.trimEnd();
  const tests = testsOfRules();
  const sentences = new Map(rules().map(({ id, sentence }) => [id, sentence]));
  const tested = ids().filter((id) => tests.has(id)).length;
  const sections = Object.entries(subjects).map(([letters, [subject]]) => {
    const rows = ids()
      .filter((id) => id.startsWith(letters))
      .map((id) => row(id, sentences.get(id) ?? untested[id]?.[0] ?? "", tests.get(id) ?? new Set()));
    return `### ${subject}\n\n| | | |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `${written}\n\n${marker}\n\n## Check by check\n\n${ids().length} checks of NSQ's behaviour; ${tested} have tests that carry their ids.\n\n${sections.join("\n")}`;
}

function row(id: string, sentence: string, files: ReadonlySet<string>): string {
  const links = [...files].map((file) => `[${testName(file)}](../${file})`);
  const reason = untested[id]?.[1];
  const proof = [links.join(", "), reason].filter(Boolean).join(". ");
  return `| ${id} | ${sentence.replaceAll("|", "\\|")} | ${proof} |`;
}

function testName(file: string): string {
  return file.replace(/^server\//, "").replace(/(\.pg)?(\.test|\.spec)?\.tsx?$/, "");
}

function ids(): string[] {
  return Object.entries(subjects).flatMap(([letters, [, count]]) =>
    Array.from({ length: count }, (_, index) => `${letters}${index + 1}`),
  );
}
