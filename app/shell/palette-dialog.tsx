"use client";

import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { paths } from "../paths.ts";
import { useWords } from "../words/index.ts";
import { useCommands } from "./commands.ts";
import { Key } from "./key.tsx";
import { allPlaces, settingsSections } from "./places.ts";
import { useNames } from "./use-names.ts";
import { useShellCommands } from "./use-shell-commands.ts";

export function PaletteDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useWords("shell");
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-3 z-50 mx-auto max-w-160 overflow-hidden rounded-card bg-raised shadow-float outline-none md:top-[12vh]"
        >
          <Radix.Title className="sr-only">{t("palette.open")}</Radix.Title>
          <Choices close={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Only there while the palette is open, so that it begins empty each time. */
function Choices({ close }: { close: () => void }) {
  const t = useWords("shell");
  const settings = useWords("settings");
  const router = useRouter();
  const [text, setText] = useState("");
  const names = useNames(text);
  const page = useCommands();
  const shell = useShellCommands();
  const fits = (label: string) =>
    text
      .toLowerCase()
      .split(/\s+/)
      .every((word) => label.toLowerCase().includes(word));
  const go = (href: string) => {
    close();
    router.push(href);
  };
  const found = names.state === "found" ? names.names : null;
  const doable = page.filter(({ label }) => fits(label));
  const goable = allPlaces.filter(({ id }) => fits(t(`place.${id}`)) || fits(id));
  const sections = settingsSections
    .map((id) => ({ id, label: `${t("place.settings")}: ${settings(`section.${id}`)}` }))
    .filter(({ id, label }) => text !== "" && (fits(label) || fits(id)));
  const commands = shell.filter(({ label }) => fits(label));
  return (
    <Command label={t("palette.open")} shouldFilter={false} loop>
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder={t("palette.placeholder")}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-14 outline-none max-md:text-16"
      />
      <Command.List label={t("palette.results")} className="max-h-[min(420px,60dvh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-6 text-muted">
          {names.state === "searching" ? t("palette.searching") : t("palette.empty")}
        </Command.Empty>
        {names.state === "failed" && (
          <p role="status" className="px-3 py-2 text-12 text-muted">
            {t("palette.failed")}
          </p>
        )}
        <Group heading={t("palette.group.page")} shown={doable.length > 0}>
          {doable.map(({ id, label, closed, run }) => (
            <Item
              key={id}
              value={`page:${id}`}
              disabled={closed !== null}
              note={closed}
              onSelect={() => {
                close();
                run();
              }}
            >
              {label}
            </Item>
          ))}
        </Group>
        <Group heading={t("palette.group.topics")} shown={(found?.topics.length ?? 0) > 0}>
          {found?.topics.map((topic) => (
            <Item key={topic} value={`topic:${topic}`} onSelect={() => go(paths.topic(topic))}>
              <Name>{topic}</Name>
            </Item>
          ))}
        </Group>
        <Group heading={t("palette.group.channels")} shown={(found?.channels.length ?? 0) > 0}>
          {found?.channels.map(({ topic, channel }) => (
            <Item
              key={`${topic}/${channel}`}
              value={`channel:${topic}/${channel}`}
              onSelect={() => go(paths.channel(topic, channel))}
            >
              <Name>
                {topic}
                <span className="text-muted"> / </span>
                {channel}
              </Name>
            </Item>
          ))}
        </Group>
        <Group heading={t("palette.group.nodes")} shown={(found?.nodes.length ?? 0) > 0}>
          {found?.nodes.map(({ key, hostname }) => (
            <Item key={key} value={`node:${key}`} note={hostname} onSelect={() => go(paths.node(key))}>
              <Name>{key}</Name>
            </Item>
          ))}
        </Group>
        {found !== null && found.more > 0 && (
          <p className="px-2.5 py-1.5 text-12 text-muted">{t("palette.more", { count: found.more })}</p>
        )}
        <Group heading={t("palette.group.places")} shown={goable.length + sections.length > 0}>
          {goable.map(({ id, href, icon: Icon, letter }) => (
            <Item key={id} value={`place:${id}`} onSelect={() => go(href)}>
              <Icon aria-hidden="true" className="size-4 text-muted" />
              {t(`place.${id}`)}
              {letter !== undefined && (
                <span aria-hidden="true" className="ml-auto inline-flex gap-1">
                  <Key>g</Key>
                  <Key>{letter}</Key>
                </span>
              )}
            </Item>
          ))}
          {sections.map(({ id, label }) => (
            <Item key={id} value={`settings:${id}`} onSelect={() => go(paths.settings(id))}>
              {label}
            </Item>
          ))}
        </Group>
        <Group heading={t("palette.group.commands")} shown={commands.length > 0}>
          {commands.map(({ id, label, run }) => (
            <Item
              key={id}
              value={`command:${id}`}
              onSelect={() => {
                close();
                run();
              }}
            >
              {label}
            </Item>
          ))}
        </Group>
      </Command.List>
    </Command>
  );
}

function Group({ heading, shown, children }: { heading: string; shown: boolean; children: ReactNode }) {
  if (!shown) return null;
  return (
    <Command.Group
      heading={heading}
      className="not-first:mt-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  value,
  disabled = false,
  note,
  onSelect,
  children,
}: {
  value: string;
  disabled?: boolean;
  note?: string | null;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      disabled={disabled}
      onSelect={onSelect}
      className="flex min-h-8 items-center gap-2 rounded-control px-2.5 py-1 text-13 data-[disabled=true]:text-muted data-[selected=true]:bg-text/8 pointer-coarse:min-h-11"
    >
      {children}
      {note !== null && note !== undefined && (
        <span className="ml-auto min-w-0 truncate text-12 text-muted">{note}</span>
      )}
    </Command.Item>
  );
}

function Name({ children }: { children: ReactNode }) {
  return <span className="min-w-0 truncate font-mono">{children}</span>;
}
