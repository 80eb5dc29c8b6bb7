import type { ReactNode } from "react";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { Failure } from "../components/failure.tsx";
import { LiveProvider } from "../live/provider.tsx";
import { readConsole, readRoom, readSession } from "../read/api.ts";
import { ConsoleProvider } from "../read/console.tsx";
import { Shell } from "../shell/shell.tsx";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [session, status, info] = await Promise.all([readSession(), readRoom("status"), readConsole()]);
  if (!session.ok) return <Alone failure={session.failure} />;
  if (!status.ok) return <Alone failure={status.failure} />;
  if (!info.ok) return <Alone failure={info.failure} />;
  return (
    <ConsoleProvider info={info.value}>
      <LiveProvider session={session.value} status={status.value}>
        <Shell>{children}</Shell>
      </LiveProvider>
    </ConsoleProvider>
  );
}

/** Without these there is no shell to stand in. */
function Alone({ failure }: { failure: ApiFailure }) {
  return (
    <main className="p-6">
      <title>Weir</title>
      <Failure failure={failure} />
    </main>
  );
}
