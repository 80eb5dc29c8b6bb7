import { isValidName } from "../protocol/names.ts";
import { StartError } from "./config-file.ts";
import type { NsqStatOptions } from "./nsq-stat-options.ts";
import type { NsqTailOptions } from "./nsq-tail-options.ts";
import type { NsqToFileOptions } from "./nsq-to-file-options.ts";
import type { NsqToHttpOptions } from "./nsq-to-http-options.ts";
import type { NsqToNsqOptions } from "./nsq-to-nsq-options.ts";
import type { ToNsqOptions } from "./to-nsq-options.ts";

/** A name, a value that is not empty, and nothing that would end the line. */
const headerPattern = /^\s*[!#$%&'*+.^`|~\w-]+\s*:\s*[!-~\x80-\xff][\t -~\x80-\xff]*$/;

// What NSQ refuses, in its words; then what it would find out only when nothing arrives.

export function checkNsqTail(options: NsqTailOptions): void {
  topics("topic", options.topic);
  if (options.channel !== "") names("channel", [options.channel]);
  source("nsqd-tcp-address", options);
  positive(options, ["max-in-flight"]);
}

export function checkNsqStat(options: NsqStatOptions): void {
  if (options.topic === "" || options.channel === "") refuse("--topic and --channel are required");
  positive(options, ["interval", "http-client-connect-timeout", "http-client-request-timeout", "count"]);
  source("nsqd-http-address", options);
  for (const name of ["nsqd-http-address", "lookupd-http-address"] as const) {
    const withScheme = options[name].find((address) => address.includes("://"));
    if (withScheme !== undefined) refuse(`--${name} error - address ${withScheme} should not contain scheme`);
  }
}

export function checkNsqToFile(options: NsqToFileOptions): void {
  if (options.channel === "") refuse("--channel is required");
  positive(options, ["http-client-connect-timeout", "http-client-request-timeout"]);
  source("nsqd-tcp-address", options);
  const level = options["gzip-level"];
  if (level < 1 || level > 9) refuse(`invalid --gzip-level value (${level}), should be 1-9`);
  if (options.topic.length === 0) {
    if (options["topic-pattern"] === "") refuse("--topic or --topic-pattern required");
    if (options["lookupd-http-address"].length === 0)
      refuse("--lookupd-http-address must be specified when no --topic specified");
  }
  names("topic", options.topic);
  names("channel", [options.channel]);
  positive(options, ["max-in-flight", "topic-refresh", "sync-interval"]);
  for (const name of ["rotate-size", "rotate-interval"] as const)
    if (options[name] < 0) refuse(`--${name} should not be negative`);
}

export function checkNsqToHttp(options: NsqToHttpOptions): void {
  if (options.header.some((text) => !headerPattern.test(text)))
    refuse("--header value format should be 'Name: value'");
  if (options.topic === "" || options.channel === "") refuse("--topic and --channel are required");
  const { post, get, sample } = options;
  if (options["content-type"] !== "application/octet-stream" && post.length === 0)
    refuse("--content-type only used with --post");
  if (options["content-type"] === "") refuse("--content-type requires a value when used");
  source("nsqd-tcp-address", options);
  if (get.length === 0 && post.length === 0) refuse("--get or --post required");
  if (get.length > 0 && post.length > 0) refuse("use --get or --post not both");
  if (get.some((url) => url.split("%s").length !== 2))
    refuse("invalid GET address - must be a printf string with one %s");
  const wrongUrl = [...post, ...get].find((url) => !/^https?:\/\/./i.test(url) || !URL.canParse(url));
  if (wrongUrl !== undefined) refuse(`not an http or https address: ${wrongUrl}`);
  if (!(sample >= 0 && sample <= 1)) refuse("--sample must be between 0.0 and 1.0");
  names("topic", [options.topic]);
  names("channel", [options.channel]);
  positive(options, ["n", "max-in-flight", "http-client-connect-timeout", "http-client-request-timeout"]);
}

export function checkNsqToNsq(options: NsqToNsqOptions): void {
  if (options.topic.length === 0 || options.channel === "") refuse("--topic and --channel are required");
  names("topic", options.topic);
  names("channel", [options.channel]);
  if (options["destination-topic"] !== "") names("destination-topic", [options["destination-topic"]]);
  source("nsqd-tcp-address", options);
  if (options["destination-nsqd-tcp-address"].length === 0) refuse("--destination-nsqd-tcp-address required");
  positive(options, ["max-in-flight"]);
}

export function checkToNsq(options: ToNsqOptions): void {
  topics("topic", options.topic === "" ? [] : [options.topic]);
  if (Buffer.byteLength(options.delimiter) !== 1) refuse("--delimiter must be a single byte");
  if (options["nsqd-tcp-address"].length === 0) refuse("--nsqd-tcp-address required");
  if (options.rate < 0) refuse("--rate should not be negative");
}

function refuse(reason: string): never {
  throw new StartError(reason);
}

function topics(flag: string, given: readonly string[]): void {
  if (given.length === 0) refuse(`--${flag} required`);
  names(flag, given);
}

function names(flag: string, given: readonly string[]): void {
  const wrong = given.find((name) => !isValidName(name));
  if (wrong !== undefined) refuse(`--${flag} ${JSON.stringify(wrong)} is not a valid name`);
}

/** Where to find nsqds: told directly, or by the lookups. */
function source<Direct extends string>(
  direct: Direct,
  options: Readonly<Record<Direct | "lookupd-http-address", readonly string[]>>,
): void {
  const [some, other] = [options[direct].length > 0, options["lookupd-http-address"].length > 0];
  if (!some && !other) refuse(`--${direct} or --lookupd-http-address required`);
  if (some && other) refuse(`use --${direct} or --lookupd-http-address not both`);
}

function positive<Name extends string>(
  options: Readonly<Record<Name, number>>,
  flags: readonly Name[],
): void {
  const wrong = flags.find((flag) => options[flag] <= 0);
  if (wrong !== undefined) refuse(`--${wrong} should be positive`);
}
