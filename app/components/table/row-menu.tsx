"use client";

import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { useWords } from "../../words/index.ts";
import { Button } from "../button.tsx";
import { cn } from "../classes.ts";

/** What can be done with a row, behind one `⋯`. The menu is only made when it is opened: there are many rows. */
export function RowMenu({ name, children }: { name: string; children: ReactNode }) {
  const t = useWords("tables");
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLButtonElement>(null);
  const button = (
    <Button
      ref={place}
      kind="quiet"
      size="icon"
      className="size-7"
      data-row-menu=""
      tabIndex={-1}
      aria-haspopup="menu"
      aria-label={t("actions-of", { name })}
      onClick={open ? undefined : () => setOpen(true)}
    >
      <Ellipsis aria-hidden="true" />
    </Button>
  );
  if (!open) return button;
  return (
    <DropdownMenu.Root open onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild>{button}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          collisionPadding={8}
          // The button that opened it is another one by now.
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            place.current?.focus();
          }}
          className="z-50 min-w-44 rounded-card bg-raised p-1 text-13 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const look =
  "flex h-8 items-center gap-2 rounded-control px-2.5 outline-none data-disabled:opacity-50 data-highlighted:bg-text/6 [&_svg]:size-3.5 pointer-coarse:h-11";

export function RowLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <DropdownMenu.Item asChild className={look}>
      <Link href={href} prefetch={false}>
        {children}
      </Link>
    </DropdownMenu.Item>
  );
}

export function RowAction({
  danger = false,
  closed,
  onSelect,
  children,
}: {
  danger?: boolean;
  /** Why it cannot be done now; null: it can. */
  closed: string | null;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      className={cn(look, danger && "text-crit")}
      disabled={closed !== null}
      title={closed ?? undefined}
      onSelect={onSelect}
    >
      {children}
    </DropdownMenu.Item>
  );
}

export function RowMenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
