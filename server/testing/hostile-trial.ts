/** How another client fares, and the node's memory and connections, while somebody misbehaves. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "./eventually.ts";
import type { Attack } from "./hostile-attacks.ts";
import type { Lap } from "./steady-producer.ts";

export interface Trial {
  readonly quiet: Lap;
  /** While the same attack goes to another node: what it takes from everybody on this machine. */
  readonly besides: Lap;
  readonly attacked: Lap;
  /** Resident bytes: before, and the most during and after the attack. */
  readonly rssBefore: number;
  readonly rssMost: number;
  readonly connectionsBefore: number;
  readonly connectionsDuring: number;
  readonly connectionsAfter: number;
}

export interface Victim {
  readonly pid: number;
  readonly tcpPort: number;
}

/** Another client of a node, which publishes steadily. */
export class Neighbour implements Disposable {
  readonly #producer: ChildProcess;
  readonly #lapMs: number;

  private constructor(victim: Victim, lapMs: number) {
    this.#producer = fork(join(import.meta.dirname, "steady-producer.ts"), [String(victim.tcpPort)]);
    this.#lapMs = lapMs;
  }

  /** Both sides are warm. */
  static async of(victim: Victim, lapMs: number): Promise<Neighbour> {
    const neighbour = new Neighbour(victim, lapMs);
    await neighbour.lap();
    return neighbour;
  }

  async lap(): Promise<Lap> {
    await pause(this.#lapMs);
    const answer = once(this.#producer, "message");
    this.#producer.send("lap");
    return (await answer)[0] as Lap;
  }

  [Symbol.dispose](): void {
    this.#producer.kill();
  }
}

/** @param other a node that is attacked for comparison, on the same machine */
export async function trial(
  victim: Victim,
  other: Victim,
  attack: Attack,
  neighbour: Neighbour,
): Promise<Trial> {
  const others = attack.others ? [victim, other].map((node) => startAttack(attack, node, "others")) : [];
  if (others.length > 0) await neighbour.lap(); // all of them are there
  const quiet = await neighbour.lap();
  const elsewhere = startAttack(attack, other);
  const besides = await neighbour.lap();
  await elsewhere.stop();
  await neighbour.lap(); // what it left behind is over
  const connectionsBefore = connections(victim.pid);
  const rssBefore = rssBytes(victim.pid);
  let rssMost = rssBefore;
  const watching = setInterval(() => {
    rssMost = Math.max(rssMost, rssBytes(victim.pid));
  }, 10);

  const attacking = startAttack(attack, victim);
  const attacked = await neighbour.lap();
  const connectionsDuring = connections(victim.pid);
  await attacking.stop();
  clearInterval(watching);

  const connectionsAfter = await eventually(() => {
    const count = connections(victim.pid);
    if (count > connectionsBefore) throw new Error(`${count} connections, ${connectionsBefore} before`);
    return count;
  });
  await Promise.all(others.map((one) => one.stop()));
  return {
    quiet,
    besides,
    attacked,
    rssBefore,
    rssMost,
    connectionsBefore,
    connectionsDuring,
    connectionsAfter,
  };
}

function startAttack(
  attack: Attack,
  { tcpPort }: Victim,
  part: "attack" | "others" = "attack",
): { stop(): Promise<void> } {
  const attacker = fork(join(import.meta.dirname, "attacker.ts"), [attack.title, String(tcpPort), part]);
  const exited = once(attacker, "exit");
  return {
    async stop() {
      attacker.disconnect();
      await exited;
    },
  };
}

export function rssBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) * 1024;
}

/** Sockets the process holds, as the kernel counts them. */
function connections(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith("socket:");
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}
