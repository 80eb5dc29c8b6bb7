"use client";

import { Section } from "../../components/card.tsx";
import { useWords } from "../../words/index.ts";
import { Row, Specimen } from "./specimen.tsx";

/** Whole class names: others are not found by what makes the style sheet. */
const colours = {
  bg: "bg-bg",
  surface: "bg-surface",
  raised: "bg-raised",
  line: "bg-line",
  control: "bg-control",
  text: "bg-text",
  muted: "bg-muted",
  accent: "bg-accent",
  ok: "bg-ok",
  warn: "bg-warn",
  crit: "bg-crit",
  info: "bg-info",
  paused: "bg-paused",
} as const;

const sizes = {
  11: "text-11",
  12: "text-12",
  13: "text-13",
  14: "text-14",
  16: "text-16",
  20: "text-20",
  28: "text-28",
} as const;

const spaces = { 4: "w-1", 8: "w-2", 12: "w-3", 16: "w-4", 24: "w-6", 32: "w-8" } as const;

export function Tokens() {
  const t = useWords("design");
  return (
    <Section title={t("tokens")}>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Specimen name="colour">
          <ul className="grid grid-cols-2 gap-2 sm:grid-cols-3">
            {Object.entries(colours).map(([name, fill]) => (
              <li key={name} className="flex items-center gap-2">
                <span className={`size-6 rounded-control border border-control ${fill}`} />
                <code className="font-mono text-12">{name}</code>
              </li>
            ))}
          </ul>
        </Specimen>
        <Specimen name="type">
          <ul className="space-y-1">
            {Object.entries(sizes).map(([px, size]) => (
              <li key={px} className="flex items-baseline gap-3">
                <code className="w-6 shrink-0 font-mono text-12 text-muted">{px}</code>
                <span className={`truncate ${size}`}>{t("sample")}</span>
              </li>
            ))}
            <li className="pt-1 font-mono">orders#ephemeral 0123456789 O0 Il1 FIN REQ TOUCH</li>
          </ul>
        </Specimen>
        <Specimen name="space">
          <Row>
            {Object.entries(spaces).map(([px, width]) => (
              <span key={px} className="flex items-center gap-1.5 text-12 text-muted">
                <span className={`h-4 bg-accent ${width}`} />
                {px}
              </span>
            ))}
          </Row>
        </Specimen>
        <Specimen name="corner">
          <Row>
            <span className="rounded-control border border-control px-3 py-1.5 text-12">control 4</span>
            <span className="rounded-card border border-control px-3 py-1.5 text-12">card 6</span>
            <span className="rounded-full border border-control px-3 py-1.5 text-12">full</span>
            <span className="rounded-card bg-raised px-3 py-1.5 text-12 shadow-float">float</span>
            <span className="hatch h-6 w-12 rounded-control" />
          </Row>
        </Specimen>
      </div>
    </Section>
  );
}
