"use client";

import Link from "next/link";
import { Command } from "../components/copy.tsx";
import { useStatus } from "../live/use-room.ts";
import { paths } from "../paths.ts";

/** Nothing has been published yet: how to begin. The page goes live by itself with the first message. */
export function NewSystem() {
  const { data } = useStatus();
  const node = data.nodes.find(({ state }) => state === "up") ?? data.nodes[0];
  const url = `http://${node?.key ?? "127.0.0.1:4151"}`;
  return (
    <section
      aria-label="Begin"
      data-testid="new-system"
      className="rounded-card border border-line px-5 py-6 md:px-8 md:py-8"
    >
      <h2 className="text-16 font-semibold">Ready for the first message</h2>
      <p className="mt-1 mb-4 max-w-160 text-muted">
        There is no topic yet. Publish something, and this page comes alive by itself:
      </p>
      <div className="max-w-160">
        <Command text={`curl -d 'hello' '${url}/pub?topic=test'`} />
      </div>
      <p className="mt-3 text-muted">
        or{" "}
        <Link href={paths.publish("test")} className="text-accent underline">
          publish here
        </Link>
        .
      </p>
    </section>
  );
}
