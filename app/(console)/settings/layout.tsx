import type { ReactNode } from "react";
import { SettingsNav } from "./nav.tsx";

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-col gap-x-8 gap-y-4 lg:flex-row">
      <SettingsNav />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
