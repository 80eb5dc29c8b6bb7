"use client";

import Link from "next/link";
import { Command } from "../components/copy.tsx";
import { useStatus } from "../live/use-room.ts";
import { paths } from "../paths.ts";
import { useWords } from "../words/index.ts";

/** Nothing has been published yet: how to begin. The page goes live by itself with the first message. */
export function NewSystem() {
  const t = useWords("overview");
  const { data } = useStatus();
  const node = data.nodes.find(({ state }) => state === "up") ?? data.nodes[0];
  const url = `http://${node?.key ?? "127.0.0.1:4151"}`;
  return (
    <section
      aria-label={t("begin.label")}
      data-testid="new-system"
      className="rounded-card border border-line px-5 py-6 md:px-8 md:py-8"
    >
      <h2 className="text-16 font-semibold">{t("begin.title")}</h2>
      <p className="mt-1 mb-4 max-w-160 text-muted">{t("begin.text")}</p>
      <div className="max-w-160">
        <Command text={`curl -d 'hello' '${url}/pub?topic=test'`} />
      </div>
      <p className="mt-3 text-muted">
        {t.rich("begin.or", {
          link: (part) => (
            <Link href={paths.publish("test")} className="text-accent underline">
              {part}
            </Link>
          ),
        })}
      </p>
    </section>
  );
}
