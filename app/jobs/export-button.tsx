"use client";

import { FileDown } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import {
  type ApiFailure,
  type EventsQuery,
  type ExportParams,
  jobFileBytesMax,
  jobFileMs,
  jobFileRowsMax,
} from "../../server/console/contract/index.ts";
import { Refusal } from "../actions/refusal.tsx";
import { useWritesClosed } from "../actions/use-writes.ts";
import { Button } from "../components/button.tsx";
import { ClosableButton } from "../components/closable-button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { RadioLine } from "../components/radio-line.tsx";
import { paths } from "../paths.ts";
import { useFormat } from "../words/index.ts";
import { startJob } from "./ask.ts";
import { useJobWords } from "./job-words.ts";

const formats = ["csv", "ndjson"] as const;

/** A file of events that takes longer than a page is open: made by a job, fetched when it is ready. */
export function ExportButton({ query }: { query: Omit<EventsQuery, "cursor"> }) {
  const { t } = useJobWords();
  const closed = useWritesClosed("export");
  const [open, setOpen] = useState(false);
  return (
    <>
      <ClosableButton size="small" kind="quiet" closed={closed} onClick={() => setOpen(true)}>
        <FileDown aria-hidden="true" />
        {t("export.button")}
      </ClosableButton>
      {open && <ExportDialog query={query} onClose={() => setOpen(false)} />}
    </>
  );
}

function ExportDialog({ query, onClose }: { query: Omit<EventsQuery, "cursor">; onClose: () => void }) {
  const { t } = useJobWords();
  const f = useFormat();
  const router = useRouter();
  const [format, setFormat] = useState<ExportParams["format"]>("csv");
  const [id] = useState(() => crypto.randomUUID());
  const [acting, setActing] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const { topic, channel, ...rest } = query;

  async function act(): Promise<void> {
    setActing(true);
    const place = { ...(topic !== undefined && { topic }), ...(channel !== undefined && { channel }) };
    const answer = await startJob(id, { kind: "export", ...place, export: { format, ...rest } });
    setActing(false);
    if (!answer.ok) return setFailure(answer.failure);
    toast.success(t("export.begun"));
    router.push(paths.job(id));
  }

  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={t("export.title")}
      description={t("export.effect", {
        rows: f.exact(jobFileRowsMax),
        bytes: f.bytes(jobFileBytesMax),
        kept: f.age(jobFileMs),
      })}
      action={
        <Button kind="primary" disabled={acting} onClick={() => void act()}>
          {t("export.act")}
        </Button>
      }
    >
      <RadioLine
        label={t("export.format")}
        choices={formats.map((one) => ({ value: one, label: one.toUpperCase() }))}
        value={format}
        onChange={setFormat}
        className="mt-4"
      />
      <Refusal failure={failure} />
    </Dialog>
  );
}
