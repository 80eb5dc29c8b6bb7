"use client";

import type { UserLink } from "../../../../server/console/contract/index.ts";
import { Command } from "../../../components/copy.tsx";
import { Sheet } from "../../../components/sheet.tsx";
import { useWords } from "../../../words/index.ts";

/** A link by which somebody signs in, to be sent to them; it is not shown again. */
export function LinkShown({ name, link, onClose }: { name: string; link: UserLink; onClose: () => void }) {
  const t = useWords("users");
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("linkTitle", { name })}
      description={t("linkText")}
      close={t("close")}
    >
      <div className="mt-4">
        <Command text={window.location.origin + link.path} />
      </div>
    </Sheet>
  );
}
