"use client";

import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./classes.ts";

/** Choices behind a button. `children` are `MenuItem`s, `MenuChoice`s and `MenuLabel`s. */
export function Menu({
  button,
  label,
  side = "bottom",
  children,
}: {
  /** What opens it: takes a ref and props, as our Button does. */
  button: ReactNode;
  label: string;
  side?: "top" | "bottom";
  children: ReactNode;
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{button}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className="z-50 max-h-[calc(100dvh-96px)] min-w-44 overflow-y-auto rounded-card border border-line bg-raised p-1 shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const item =
  "flex min-h-8 w-full cursor-default items-center gap-2 rounded-control px-2 text-13 text-text outline-none select-none data-[highlighted]:bg-text/8 pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0";

export function MenuItem({
  onSelect,
  children,
  className,
  asChild,
}: {
  onSelect?: () => void;
  children: ReactNode;
  className?: string;
  /** The child is a link. */
  asChild?: boolean;
}) {
  return (
    <Radix.Item
      {...(onSelect ? { onSelect } : {})}
      {...(asChild ? { asChild } : {})}
      className={cn(item, className)}
    >
      {children}
    </Radix.Item>
  );
}

/** One of several, of which one is chosen. */
export function MenuChoice<Value extends string>({
  label,
  value,
  values,
  onChange,
}: {
  label: string;
  value: Value;
  values: readonly { readonly value: Value; readonly words: string; readonly lang?: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <Radix.RadioGroup aria-label={label} value={value} onValueChange={(chosen) => onChange(chosen as Value)}>
      {values.map(({ value: own, words, lang }) => (
        <Radix.RadioItem key={own} value={own} lang={lang} className={item}>
          <span className="grid size-4 place-items-center">
            <Radix.ItemIndicator>
              <Check aria-hidden="true" />
            </Radix.ItemIndicator>
          </span>
          {words}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 py-1.5 text-12 text-muted">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1 border-t border-line" />;
}
