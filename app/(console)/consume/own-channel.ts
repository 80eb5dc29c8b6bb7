const ephemeral = "#ephemeral";
const prefix = "browser-";
const nameMax = 64;

/** A channel that takes nothing from anybody: one's own, gone when its last consumer is. */
export function ownChannel(user: string): string {
  const stem = user.replace(/[^.a-zA-Z0-9_-]+/g, "-").slice(0, nameMax - prefix.length - ephemeral.length);
  return `${prefix}${stem}${ephemeral}`;
}
