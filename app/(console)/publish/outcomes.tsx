import Link from "next/link";
import { Section } from "../../components/card.tsx";
import { Status } from "../../components/status.tsx";
import { bytes, clock, span } from "../../live/format.ts";
import { paths } from "../../paths.ts";
import type { Outcome } from "./use-publish.ts";

/** What the node said to each, newest first; gone with the page, and bodies are not kept. */
export function Outcomes({ outcomes }: { outcomes: readonly Outcome[] }) {
  if (outcomes.length === 0) return null;
  return (
    <Section title="Sent from here" className="mt-6 max-w-240">
      <ul aria-live="polite" data-testid="outcomes" className="rounded-card border border-line">
        {outcomes.map((outcome, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: outcomes have no identity of their own
            key={outcomes.length - at}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line px-4 py-2 not-last:border-b"
          >
            <Line outcome={outcome} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Line({ outcome }: { outcome: Outcome }) {
  switch (outcome.kind) {
    case "sent": {
      const { result, topic } = outcome;
      return (
        <>
          <Status tone="ok">{result.answer}</Status>
          <span>
            {bytes(result.bytes)} to{" "}
            <Link href={paths.topic(topic)} className="font-mono text-accent underline">
              {topic}
            </Link>
            , accepted by <span className="font-mono">{result.node}</span> in {span(result.tookMs)}
            {result.dueAtMs !== null && `, due at ${clock(result.dueAtMs, "local")}`}
          </span>
          <span className="ml-auto text-12 text-muted">{clock(outcome.atMs, "local")}</span>
        </>
      );
    }
    case "unseen":
      return (
        <Status tone="unknown" className="whitespace-normal">
          Its copy was not among those shown in the tail, so its id is not known here.
        </Status>
      );
    case "refused":
      return (
        <>
          <Status tone="crit">{outcome.failure.nodeCode ?? outcome.failure.code}</Status>
          <span>{outcome.failure.message}</span>
          <span className="ml-auto font-mono text-12 text-muted">{outcome.topic}</span>
        </>
      );
  }
}
