"use client";

import { useState } from "react";
import { toast } from "sonner";
import {
  type Adopted,
  type AdoptRequest,
  apiPaths,
  type ClusterNodeRow,
} from "../../../server/console/contract/index.ts";
import { ProvenDialog } from "../../actions/proven-dialog.tsx";
import { Field, Select } from "../../components/field.tsx";
import { logsShown } from "../../components/lease.ts";
import { post } from "../../live/post.ts";
import { useFormat, useWords } from "../../words/index.ts";

/** Another node takes over what this one has, alive or not. */
export function AdoptDialog({
  row,
  adopters,
  onOpenChange,
}: {
  row: ClusterNodeRow;
  /** Nodes that could, as the console calls them. */
  adopters: readonly string[];
  onOpenChange: (open: boolean) => void;
}) {
  const t = useWords("cluster");
  const f = useFormat();
  const [chosen, setChosen] = useState<string | null>(null);
  const by = chosen !== null && adopters.includes(chosen) ? chosen : adopters[0];
  const node = row.node ?? row.key;
  async function take(confirmed: Omit<AdoptRequest, "of">) {
    const answer = await post<Adopted>(apiPaths.adopt(by ?? ""), { ...confirmed, of: row.key });
    if (!answer.ok) return answer.failure;
    toast.success(t("adopt.done", { by: by ?? "", node, count: answer.value.logs }));
    return null;
  }
  return (
    <ProvenDialog
      name={node}
      title={t("adopt.title", { node })}
      effect={t("adopt.effect")}
      button={t("adopt.button", { node })}
      ask={take}
      open
      onOpenChange={onOpenChange}
    >
      <p className="text-13 font-medium" data-testid="impact">
        {row.logs === null
          ? t("adopt.impact-unknown")
          : t("adopt.impact", { logs: logsShown(f, row.logs), count: row.logs })}
      </p>
      <Field label={t("adopt.by")}>
        {(ids) => (
          <Select {...ids} value={by} onChange={(event) => setChosen(event.target.value)}>
            {adopters.map((key) => (
              <option key={key} value={key}>
                {key}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </ProvenDialog>
  );
}
