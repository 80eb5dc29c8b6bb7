/** How another client fares, and the node's memory and connections, while somebody misbehaves. */
import { fork } from "node:child_process";
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

/** @param other a node that is attacked for comparison, on the same machine */
export async function trial(victim: Victim, other: Victim, attack: Attack, lapMs: number): Promise<Trial> {
  const producer = fork(join(import.meta.dirname, "steady-producer.ts"), [String(victim.tcpPort)]);
  const lap = async (): Promise<Lap> => {
    await pause(lapMs);
    const answer = once(producer, "message");
    producer.send("lap");
    return (await answer)[0] as Lap;
  };
  try {
    await lap(); // both sides warm up
    const quiet = await lap();
    const elsewhere = startAttack(attack, other);
    const besides = await lap();
    await elsewhere.stop();
    await lap(); // what it left behind is over
    const connectionsBefore = connections(victim.pid);
    const rssBefore = rssBytes(victim.pid);
    let rssMost = rssBefore;
    const watching = setInterval(() => {
      rssMost = Math.max(rssMost, rssBytes(victim.pid));
    }, 10);

    const attacking = startAttack(attack, victim);
    const attacked = await lap();
    const connectionsDuring = connections(victim.pid);
    await attacking.stop();
    clearInterval(watching);

    const connectionsAfter = await eventually(() => {
      const count = connections(victim.pid);
      if (count > connectionsBefore) throw new Error(`${count} connections, ${connectionsBefore} before`);
      return count;
    });
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
  } finally {
    producer.kill();
  }
}

function startAttack(attack: Attack, { tcpPort }: Victim): { stop(): Promise<void> } {
  const attacker = fork(join(import.meta.dirname, "attacker.ts"), [attack.title, String(tcpPort)]);
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
