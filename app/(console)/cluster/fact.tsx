/** `old`: the last that was known, of something that is not to be asked now. */
export function Fact({ name, value, old = false }: { name: string; value: React.ReactNode; old?: boolean }) {
  return (
    <div className="flex items-baseline gap-4" data-stale={old || undefined}>
      <dt className="w-48 shrink-0 text-muted max-md:w-32">{name}</dt>
      <dd className="min-w-0 wrap-anywhere" data-number="">
        {value}
      </dd>
    </div>
  );
}
