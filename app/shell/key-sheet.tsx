"use client";

import { Keyboard } from "lucide-react";
import Link from "next/link";
import { Fragment, type ReactNode, useState } from "react";
import { Button } from "../components/button.tsx";
import { Sheet } from "../components/sheet.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { paths } from "../paths.ts";
import { usePreferences } from "../preferences/provider.tsx";
import { useWords } from "../words/index.ts";
import { Key } from "./key.tsx";
import { useKey } from "./keys.ts";
import { allPlaces } from "./places.ts";

const everywhere = [
  { id: "palette", keys: [["Ctrl", "K"]] },
  { id: "filter", keys: [["/"]] },
  { id: "pause", keys: [["Shift", "Space"]] },
  { id: "refresh", keys: [["r"]] },
  { id: "sheet", keys: [["?"]] },
] as const;

const onPage = [
  { id: "rows", keys: [["j"], ["k"]] },
  { id: "open", keys: [["Enter"]] },
  { id: "actions", keys: [["."]] },
  { id: "up", keys: [["Esc"]] },
  { id: "siblings", keys: [["["], ["]"]] },
  { id: "window", keys: [["w"]] },
] as const;

const consuming = [
  { id: "finish", keys: [["f"]] },
  { id: "requeue", keys: [["q"]] },
  { id: "touch", keys: [["t"]] },
] as const;

/** Every key there is. Opened by `?`, or by its button, which also those have who switched the keys off. */
export function KeySheet() {
  const [open, setOpen] = useState(false);
  const t = useWords("shell");
  const { preferences } = usePreferences();
  useKey("?", () => setOpen(true));
  const link = (part: ReactNode) => (
    <Link
      href={paths.settings("appearance")}
      className="text-accent underline"
      onClick={() => setOpen(false)}
    >
      {part}
    </Link>
  );
  return (
    <>
      <Tooltip text={t("palette.keys")}>
        <Button
          kind="quiet"
          size="icon"
          className="max-lg:hidden"
          aria-label={t("palette.keys")}
          onClick={() => setOpen(true)}
        >
          <Keyboard aria-hidden="true" />
        </Button>
      </Tooltip>
      <Sheet
        open={open}
        onOpenChange={setOpen}
        title={t("keys.title")}
        description={preferences.keys === "on" ? t.rich("keys.text", { link }) : t.rich("keys.off", { link })}
        close={t("keys.close")}
      >
        <div className="mt-4 grid gap-x-8 gap-y-5 sm:grid-cols-2">
          <div className="space-y-5">
            <Group title={t("keys.group.everywhere")}>
              {everywhere.map(({ id, keys }) => (
                <Row key={id} words={t(`keys.key.${id}`)} keys={keys} />
              ))}
            </Group>
            <Group title={t("keys.group.page")}>
              {onPage.map(({ id, keys }) => (
                <Row key={id} words={t(`keys.key.${id}`)} keys={keys} />
              ))}
            </Group>
            <Group title={t("place.consume")}>
              {consuming.map(({ id, keys }) => (
                <Row key={id} words={t(`keys.key.${id}`)} keys={keys} />
              ))}
            </Group>
          </div>
          <Group title={t("keys.group.go")}>
            {allPlaces.map(({ id, letter }) =>
              letter === undefined ? null : (
                <Row key={id} words={t(`place.${id}`)} keys={[["g"], [letter]]} then={t("keys.then")} />
              ),
            )}
          </Group>
        </div>
      </Sheet>
    </>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1.5 text-12 font-medium text-muted">{title}</h3>
      <dl className="space-y-1">{children}</dl>
    </section>
  );
}

function Row({
  words,
  keys,
  then,
}: {
  words: string;
  /** Each pressed together; one of them, or one after the other where `then` says so. */
  keys: readonly (readonly string[])[];
  then?: string;
}) {
  return (
    <div className="flex items-center justify-between gap-4">
      <dt>{words}</dt>
      <dd className="flex shrink-0 items-center gap-1">
        {keys.map((together, at) => (
          <Fragment key={together.join()}>
            {at > 0 && <span className="text-11 text-muted">{then ?? "/"}</span>}
            {together.map((key) => (
              <Key key={key}>{key}</Key>
            ))}
          </Fragment>
        ))}
      </dd>
    </div>
  );
}
