import type { ReactNode } from "react";
import { cn } from "./classes.ts";

export type Tone = "ok" | "warn" | "crit" | "info" | "paused" | "unknown";

const colour: Record<Tone, string> = {
  ok: "text-ok",
  warn: "text-warn",
  crit: "text-crit",
  info: "text-info",
  paused: "text-paused",
  unknown: "text-muted",
};

/** One shape a state, so that it reads without colour: ● ▲ ■ ◆ ❚❚ ○ */
export function Shape({ tone, className }: { tone: Tone; className?: string }) {
  return (
    <svg
      viewBox="0 0 10 10"
      aria-hidden="true"
      className={cn("inline-block size-2.5 shrink-0 fill-current", colour[tone], className)}
    >
      {tone === "ok" && <circle cx="5" cy="5" r="3.6" />}
      {tone === "warn" && <path d="M5 0.8 9.6 9.2H0.4z" />}
      {tone === "crit" && <rect x="1" y="1" width="8" height="8" rx="1" />}
      {tone === "info" && <path d="M5 0.4 9.6 5 5 9.6 0.4 5z" />}
      {tone === "paused" && <path d="M1.4 1h2.6v8H1.4zM6 1h2.6v8H6z" />}
      {tone === "unknown" && (
        <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      )}
    </svg>
  );
}

/** A state: shape, word, colour. */
export function Status({
  tone,
  children,
  className,
}: {
  tone: Tone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span className={cn("inline-flex items-baseline gap-1.5 whitespace-nowrap", className)}>
      <Shape tone={tone} className="translate-y-px" />
      <span className={tone === "ok" ? "text-text" : colour[tone]}>{children}</span>
    </span>
  );
}

/** A small word beside a name: paused, ephemeral. `brief`: on a phone its shape alone, where there is no room for both. */
export function Badge({
  tone,
  children,
  title,
  brief = false,
}: {
  tone: Tone;
  children: ReactNode;
  title?: string;
  brief?: boolean;
}) {
  return (
    <span
      title={title}
      className={cn(
        "inline-flex h-5 items-center gap-1 rounded-control border border-current/35 px-1.5 text-11 font-medium whitespace-nowrap",
        colour[tone],
      )}
    >
      <Shape tone={tone} className="size-2" />
      {brief ? <span className="max-md:sr-only">{children}</span> : children}
    </span>
  );
}
