"use client";

import { AlertDialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useWords } from "../words/index.ts";

/**
 * A question that must be answered. Focus begins on Cancel, Esc cancels, and the button that acts
 * says verb and object.
 */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  action,
  cancel,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description: ReactNode;
  children?: ReactNode;
  action: ReactNode;
  cancel?: string;
}) {
  const t = useWords("components");
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-shade" />
        <Radix.Content className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-32px)] w-[min(480px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-card bg-raised p-5 shadow-float">
          <Radix.Title className="text-16 font-semibold wrap-anywhere">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="mt-2 text-13 text-muted">{description}</div>
          </Radix.Description>
          {children}
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <Radix.Cancel className="h-8 rounded-control border border-control/60 px-3 text-13 font-medium hover:bg-text/6 pointer-coarse:h-11">
              {cancel ?? t("cancel")}
            </Radix.Cancel>
            {action}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
