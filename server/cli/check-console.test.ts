import { expect, test } from "vitest";
import { checkConsole } from "./check-console.ts";
import { nsqadminOptions } from "./console-options.ts";
import { readOptions } from "./read-options.ts";

const read = async (args: readonly string[]) => (await readOptions(nsqadminOptions, args, {})).options;
const node = "-nsqd-http-address=127.0.0.1:4151";

test.each([
  [[], "--nsqd-http-address or --lookupd-http-address required"],
  [
    [node, "-lookupd-http-address=127.0.0.1:4161"],
    "use --nsqd-http-address or --lookupd-http-address not both",
  ],
])("[AD10] nsqadmin does not start with %j: %s", async (args, message) => {
  const options = await read(args);

  expect(() => checkConsole(options)).toThrow(`failed to instantiate nsqadmin - ${message}`);
});

test.each([
  ["-http-client-tls-cert=c", "--http-client-tls-key must be specified with --http-client-tls-cert"],
  ["-http-client-tls-key=k", "--http-client-tls-cert must be specified with --http-client-tls-key"],
  ["-allow-config-from-cidr=10.0.0.0/33", "failed to parse --allow-config-from-cidr"],
  ["-trusted-proxy=proxy.lan", "failed to parse --trusted-proxy"],
  ["-node-cidr=10/8", "failed to parse --node-cidr"],
  ["-notification-http-endpoint=file:///etc", "failed to parse --notification-http-endpoint"],
])("[CL2] a console does not start with %s: %s", async (arg, message) => {
  const options = await read([node, arg]);

  expect(() => checkConsole(options)).toThrow(message);
});

test("[AD10] one kind of address is enough, and the rest of the defaults fits", async () => {
  const options = await Promise.all([read([node]), read(["-lookupd-http-address=127.0.0.1:4161"])]);

  for (const one of options) expect(() => checkConsole(one)).not.toThrow();
});
