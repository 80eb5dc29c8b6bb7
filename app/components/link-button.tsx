"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Button, buttonClass } from "./button.tsx";
import { Tooltip } from "./tooltip.tsx";

/** Leads somewhere, looking like a button. `closed`: why it leads nowhere now. */
export function LinkButton({
  href,
  closed = null,
  children,
}: {
  href: string;
  closed?: string | null;
  children: ReactNode;
}) {
  if (closed === null)
    return (
      <Link href={href} className={buttonClass({})}>
        {children}
      </Link>
    );
  return (
    <Tooltip text={closed}>
      <Button aria-disabled="true" className="cursor-not-allowed opacity-60">
        {children}
      </Button>
    </Tooltip>
  );
}
