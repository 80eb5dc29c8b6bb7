import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./classes.ts";

const control =
  "block w-full rounded-control border border-control bg-bg px-2.5 text-13 text-text max-md:text-16 disabled:opacity-50 aria-invalid:border-crit";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className={cn(control, "h-8 pointer-coarse:h-11", className)}
    />
  );
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea spellCheck={false} {...rest} className={cn(control, "py-2 font-mono", className)} />;
}

export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select {...rest} className={cn(control, "h-8 pointer-coarse:h-11", className)} />;
}

/** A labelled control with a hint or an error under it. `children` gets the ids to carry. */
export function Field({
  label,
  hint,
  error,
  children,
  className,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <div className={cn("min-w-0", className)}>
      <label htmlFor={id} className="mb-1 block text-12 leading-4.5 font-medium text-muted">
        {label}
      </label>
      {children({ id, "aria-describedby": `${id}-note`, "aria-invalid": error !== undefined })}
      <p
        id={`${id}-note`}
        className={cn("mt-1 min-h-4 text-12", error === undefined ? "text-muted" : "text-crit")}
      >
        {error ?? hint}
      </p>
    </div>
  );
}
