import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./classes.ts";

const look = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control font-medium whitespace-nowrap transition-colors duration-120 select-none disabled:cursor-not-allowed disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      kind: {
        primary: "bg-accent text-bg hover:bg-accent/85",
        plain: "border border-control/60 bg-bg text-text hover:bg-surface",
        quiet: "text-muted hover:bg-text/6 hover:text-text",
        pause: "border border-paused/60 bg-bg text-paused hover:bg-paused/8",
        danger: "bg-crit text-bg hover:bg-crit/85",
        dangerQuiet: "text-crit hover:bg-crit/8",
      },
      size: {
        normal: "h-8 px-3 text-13 pointer-coarse:h-11",
        small: "h-7 px-2.5 text-12 pointer-coarse:h-11",
        icon: "size-8 pointer-coarse:size-11",
      },
    },
    defaultVariants: { kind: "plain", size: "normal" },
  },
);

export type ButtonLook = VariantProps<typeof look>;

export function buttonClass(props: ButtonLook, ...rest: string[]): string {
  return cn(look(props), ...rest);
}

export function Button({ kind, size, className, ...rest }: ComponentProps<"button"> & ButtonLook) {
  return <button type="button" {...rest} className={cn(look({ kind, size }), className)} />;
}
