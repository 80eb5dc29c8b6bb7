import { Shape } from "../components/status.tsx";
import { Mark } from "../shell/mark.tsx";

const reasons: Readonly<Record<string, string>> = {
  used: "That link has been used already. A link signs one browser in, once.",
  expired: "That link is too old.",
  unknown: "That link is not one of ours.",
};

/** Without a session there is nothing else to see: how to get one. */
export default async function SignIn({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { error } = await searchParams;
  const reason =
    typeof error !== "string" ? null : Object.hasOwn(reasons, error) ? reasons[error] : reasons["unknown"];
  return (
    <main className="mx-auto flex min-h-dvh max-w-120 flex-col justify-center px-6 py-16">
      <title>Sign in – Weir</title>
      <link rel="icon" type="image/svg+xml" href="/icon-ok.svg" />
      <div className="flex items-center gap-2.5">
        <Mark className="size-8" />
        <h1 className="text-20 font-semibold">Sign in to Weir</h1>
      </div>
      {reason !== null && (
        <p role="alert" className="mt-5 flex items-center gap-2 rounded-card border border-line px-4 py-3">
          <Shape tone="crit" />
          {reason}
        </p>
      )}
      <p className="mt-5 text-14">
        Open the sign-in link that Weir printed when it started. It looks like this:
      </p>
      <p className="mt-3 overflow-x-auto rounded-control border border-line bg-surface px-3 py-2 font-mono text-12 whitespace-nowrap">
        http://127.0.0.1:4171/signin?token=…
      </p>
      <p className="mt-5 text-muted">
        Each link signs one browser in, once. Every start of Weir prints a fresh one, on the terminal or in
        the log it writes to.
      </p>
    </main>
  );
}
