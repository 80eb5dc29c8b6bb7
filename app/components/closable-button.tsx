"use client";

import type { ComponentProps } from "react";
import { Button } from "./button.tsx";
import { Tooltip } from "./tooltip.tsx";

/** A button that can be reached, and says why, but does nothing while it is `closed`. */
export function ClosableButton({
  closed,
  ...rest
}: ComponentProps<typeof Button> & {
  /** Why it cannot be pressed now; null: it can. */
  closed: string | null;
}) {
  if (closed === null) return <Button {...rest} />;
  return (
    <Tooltip text={closed}>
      <Button {...rest} aria-disabled="true" className="cursor-not-allowed opacity-60" onClick={undefined} />
    </Tooltip>
  );
}
