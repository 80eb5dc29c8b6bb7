"use client";

import { type ApiTokenMade, apiBase } from "../../../../server/console/contract/index.ts";
import { base } from "../../../base.ts";
import { Command } from "../../../components/copy.tsx";
import { Sheet } from "../../../components/sheet.tsx";
import { useWords } from "../../../words/index.ts";

/** The secret, once, and how it is used. */
export function SecretShown({ made, onClose }: { made: ApiTokenMade; onClose: () => void }) {
  const t = useWords("tokens");
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("secretTitle")}
      description={t("secretText")}
      close={t("close")}
    >
      <div className="mt-4 space-y-3">
        <Command text={made.secret} />
        <p className="text-13 text-muted">{t("example")}</p>
        <Command
          text={`curl -H 'Authorization: Bearer ${made.secret}' ${window.location.origin}${base}${apiBase}/overview`}
        />
      </div>
    </Sheet>
  );
}
