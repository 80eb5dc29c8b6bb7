/** A node's pushes to statsd, as its flags ask for them. */
import type { Broker } from "../broker/broker.ts";
import { StartError } from "../cli/config-file.ts";
import type { NsqdOptions } from "../cli/nsqd-options.ts";
import type { ProcessFigures } from "../metrics/process-figures.ts";
import type { StatsdPusher } from "../statsd/pusher.ts";
import { listenOptions } from "./address.ts";
import type { NodeLog } from "./node-log.ts";

interface Source {
  readonly broker: Broker;
  readonly process: ProcessFigures;
  readonly log: NodeLog;
  /** Sets the broker's clock. */
  now(): void;
}

/** As clients are told it. */
interface Address {
  readonly broadcastAddress: string;
  readonly httpPort: number;
}

/** null: none is asked for. Rejects with a StartError when it is asked for at no address. */
export async function startStatsd(
  options: NsqdOptions,
  { broadcastAddress, httpPort }: Address,
  { broker, process, log, now }: Source,
): Promise<StatsdPusher | null> {
  const address = options["statsd-address"];
  if (address === "") return null;
  const { host = "127.0.0.1", port } = listenOptions(address);
  if (!port) throw new StartError("failed to instantiate nsqd - --statsd-address must be <addr>:<port>");
  // Loaded for those who have a statsd: every other node starts some milliseconds sooner.
  const [{ statsdPrefix }, { StatsdPusher }] = await Promise.all([
    import("../statsd/lines.ts"),
    import("../statsd/pusher.ts"),
  ]);
  const pusher = new StatsdPusher(
    {
      host,
      port,
      prefix: statsdPrefix(options["statsd-prefix"], broadcastAddress, httpPort),
      intervalMs: options["statsd-interval"],
      packetBytesMax: options["statsd-udp-packet-size"],
      memory: options["statsd-mem-stats"],
      excludeEphemeral: options["statsd-exclude-ephemeral"],
    },
    { broker, memory: () => process.memory(), now, log: log.log },
  );
  pusher.start();
  return pusher;
}
