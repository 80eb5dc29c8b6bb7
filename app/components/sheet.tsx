"use client";

import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { buttonClass } from "./button.tsx";

/** Something to read or to choose from over the page; Esc, a click beside it or its button closes it. */
export function Sheet({
  open,
  onOpenChange,
  title,
  description,
  close,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** The button's words. */
  close: string;
  children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-32px)] w-[min(640px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-card bg-raised p-5 shadow-float outline-none">
          <Radix.Title className="text-16 font-semibold">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="mt-1 text-13 text-muted">{description}</div>
          </Radix.Description>
          {children}
          <div className="mt-5 flex justify-end">
            <Radix.Close className={buttonClass({})}>{close}</Radix.Close>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
