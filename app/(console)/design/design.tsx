"use client";

import { PageHead } from "../../components/page-head.tsx";
import { useWords } from "../../words/index.ts";
import { Controls } from "./controls.tsx";
import { Figures } from "./figures.tsx";
import { Overlays } from "./overlays.tsx";
import { States } from "./states.tsx";
import { Tables } from "./tables.tsx";
import { Tokens } from "./tokens.tsx";

/** Every part that pages are made of, in every state it has: what a new page is made from, and looked through after a change. */
export function Design() {
  const t = useWords("design");
  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <div className="space-y-8">
        <Tokens />
        <Controls />
        <Figures />
        <Tables />
        <States />
        <Overlays />
      </div>
    </>
  );
}
