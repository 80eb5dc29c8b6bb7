/** Addresses of the several processes of a role on one machine. */

/** Between two of a kind; far enough that nodes and lookups of NSQ's usual ports never meet. */
const portStep = 100;

/**
 * The address for the one numbered `index`, from 0: the port given, then each `portStep` further. A port that
 * the system chooses (0) it chooses for each.
 */
export function numberedAddress(address: string, index: number): string {
  return movedPort(address, index * portStep);
}

/** The same host with the port after it, as NSQ has HTTPS after HTTP. */
export function nextPort(address: string): string {
  return movedPort(address, 1);
}

function movedPort(address: string, by: number): string {
  const found = /^(.*:)([1-9]\d*)$/.exec(address);
  return found === null ? address : `${found[1]}${Number(found[2]) + by}`;
}

/** An address to connect to, where one to listen on stands for all of a machine's. */
export function reachable(address: string): string {
  return address.replace(/^(0\.0\.0\.0|\[::\])?:/, "127.0.0.1:");
}

export function isLoopback(address: string): boolean {
  return /^(127\.|localhost:|\[::1\]:)/.test(address);
}

export function isChosenBySystem(address: string): boolean {
  return address.endsWith(":0");
}
