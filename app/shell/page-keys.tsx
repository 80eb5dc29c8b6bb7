"use client";

import { usePathname, useRouter } from "next/navigation";
import { apiPaths, type Siblings } from "../../server/console/contract/index.ts";
import { get } from "../live/post.ts";
import { useLive } from "../live/provider.tsx";
import { nameOf, paths } from "../paths.ts";
import { above } from "./crumbs.ts";
import { useKey } from "./keys.ts";
import { allPlaces } from "./places.ts";

/** What the keys do on every page. */
export function usePageKeys(): void {
  const router = useRouter();
  const pathname = usePathname();
  const { store } = useLive();

  useKey("/", () => inMain<HTMLInputElement>('input[type="search"]')[0]?.focus());
  useKey("r", () => {
    if (store.connection().phase === "lost") store.retryNow();
    router.refresh();
  });
  useKey("j", () => step(1));
  useKey("k", () => step(-1));
  useKey(".", () =>
    rowOf(document.activeElement)?.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click(),
  );
  useKey("Escape", () => {
    const to = above(pathname);
    if (to !== null) router.push(to);
  });
  const beside = async (which: keyof Siblings) => {
    const object = objectOf(pathname);
    if (object === null) return;
    const answer = await get<Siblings>(`${apiPaths.siblings}?${new URLSearchParams({ ...object })}`);
    const name = answer.ok ? answer.value[which] : null;
    if (name === null) return;
    router.push(
      object.channel !== undefined
        ? paths.channel(object.topic, name)
        : object.topic !== undefined
          ? paths.topic(name)
          : paths.node(name),
    );
  };
  useKey("[", () => void beside("previous"));
  useKey("]", () => void beside("next"));
}

type PageObject =
  | { readonly topic: string; readonly channel?: string }
  | { readonly topic?: never; readonly channel?: never; readonly node: string };

/** The topic, channel or node that a page is about. */
function objectOf(pathname: string): PageObject | null {
  const [section, name, , channel] = pathname.split("/").filter(Boolean).map(nameOf);
  if (name === undefined) return null;
  if (section === "nodes") return { node: name };
  if (section !== "topics") return null;
  return channel === undefined ? { topic: name } : { topic: name, channel };
}

function inMain<E extends Element>(selector: string): readonly E[] {
  return [...(document.querySelector("main")?.querySelectorAll<E>(selector) ?? [])];
}

const rows = "tbody tr, [role='row'][aria-selected], [data-row]";

function rowOf(element: Element | null): Element | null {
  return element?.closest(rows) ?? null;
}

/** To the next row's first link or button, or the previous one's: Enter then opens it. */
function step(by: 1 | -1): void {
  const all = inMain<HTMLElement>(rows).filter((row) => target(row) !== null);
  const here = rowOf(document.activeElement);
  const at = here === null ? (by === 1 ? 0 : all.length - 1) : all.indexOf(here as HTMLElement) + by;
  const to = all[at];
  if (to === undefined) return;
  target(to)?.focus();
  to.scrollIntoView({ block: "nearest" });
}

function target(row: HTMLElement): HTMLElement | null {
  return row.querySelector<HTMLElement>("a[href], button:not([disabled])");
}

/** One for each place: its letter after `g`. */
export function GoKeys() {
  return allPlaces.map((place) =>
    place.letter === undefined ? null : <GoKey key={place.id} letter={place.letter} href={place.href} />,
  );
}

function GoKey({ letter, href }: { letter: string; href: string }) {
  const router = useRouter();
  useKey(`g ${letter}`, () => router.push(href));
  return null;
}
