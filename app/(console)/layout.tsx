import type { ReactNode } from "react";
import { Failure } from "../components/failure.tsx";
import { LiveProvider } from "../live/provider.tsx";
import { readRoom, readSession } from "../read/api.ts";
import { Shell } from "../shell/shell.tsx";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [session, status] = await Promise.all([readSession(), readRoom("status")]);
  if (!session.ok) return <Failure failure={session.failure} />;
  if (!status.ok) return <Failure failure={status.failure} />;
  return (
    <LiveProvider session={session.value} status={status.value}>
      <Shell>{children}</Shell>
    </LiveProvider>
  );
}
