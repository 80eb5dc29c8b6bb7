/** The mark: water that runs over a low wall. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className} fill="none" strokeWidth="2.2">
      <path
        d="M2 7.5h7.5c3 0 4.6 1.6 4.6 4.4v4.3c0 1.6.8 2.3 2.2 2.3H22"
        className="stroke-accent"
        strokeLinecap="round"
      />
      <path d="M2 12h5.5M2 16.5h5.5" className="stroke-accent" strokeOpacity="0.55" strokeLinecap="round" />
      <path d="M10.6 11.2v9.3" className="stroke-text" strokeLinecap="round" />
    </svg>
  );
}
