"use client";

import { Download } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import {
  type ApiFailure,
  apiPaths,
  type MessageBody as Body,
  type BodyAnswer,
  bodyBytesShown,
  decide,
} from "../../server/console/contract/index.ts";
import { base } from "../base.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { Shape } from "../components/status.tsx";
import { get } from "../live/post.ts";
import { useLive } from "../live/provider.tsx";
import { useFormat, useWords } from "../words/index.ts";
import { useFailureWords } from "../words/use-failure.ts";
import { bytesOfBase64 } from "./body.ts";
import { BodyView } from "./body-view.tsx";

/** What is known of a body before it was asked for. */
export interface Beginning {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** A message's body, asked of the node that has it; with what is here already, until more is wanted. */
export function MessageBody({ topic, id, beginning }: { topic: string; id: string; beginning?: Beginning }) {
  const t = useWords("messages");
  const f = useFormat();
  const wordsOf = useFailureWords();
  const { session } = useLive();
  const verdict = decide(session, "read-bodies", { topic });
  const [body, setBody] = useState<Body | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [gone, setGone] = useState(false);
  const [busy, setBusy] = useState(false);

  async function load(whole: boolean, isGone: () => boolean = () => false): Promise<void> {
    setBusy(true);
    const answer = await get<BodyAnswer>(`${apiPaths.body(topic, id)}${whole ? "?whole=1" : ""}`);
    if (isGone()) return;
    setBusy(false);
    if (answer.ok) {
      if (answer.value.found !== null) setBody(answer.value.found);
      setGone(answer.value.found === null);
    }
    setFailure(answer.ok ? null : answer.failure);
  }

  const isAllowed = verdict.ok;
  const isAsked = beginning === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each message
  useEffect(() => {
    if (!isAllowed || !isAsked) return;
    let gone = false;
    void load(false, () => gone);
    return () => {
      gone = true;
    };
  }, [topic, id, isAllowed, isAsked]);

  const bytes = useMemo(() => (body === null ? null : bytesOfBase64(body.body)), [body]);
  if (!verdict.ok)
    return (
      <p className="flex items-center gap-1.5 text-muted">
        <Shape tone="unknown" />
        {t("body.not-allowed", { topic })}
      </p>
    );
  const shown = bytes !== null ? { bytes, size: body?.bytes ?? bytes.length } : beginning;
  return (
    <div className="space-y-2">
      {gone && (
        <p role="status" data-testid="body-missing" className="flex items-baseline gap-1.5">
          <Shape tone="unknown" className="translate-y-px" />
          <span>{t("body.gone")}</span>
        </p>
      )}
      {failure !== null && (
        <>
          <p role="status" data-testid="body-missing" className="flex items-baseline gap-1.5">
            <Shape tone="warn" className="translate-y-px" />
            <span>{t("body.failed", { message: wordsOf(failure) })}</span>
          </p>
          <Button size="small" onClick={() => void load(false)}>
            {t("body.retry")}
          </Button>
        </>
      )}
      {shown === undefined ? (
        failure === null && !gone && <p className="text-muted">{t("body.loading")}</p>
      ) : (
        <BodyView bytes={shown.bytes} size={shown.size}>
          {shown.bytes.length < shown.size && shown.bytes.length < bodyBytesShown && (
            <Button size="small" disabled={busy} onClick={() => void load(true)}>
              {shown.size <= bodyBytesShown
                ? t("body.load-rest")
                : t("body.load-more", { bytes: f.bytes(bodyBytesShown) })}
            </Button>
          )}
          <a
            href={`${base}${apiPaths.bodyFile(topic, id)}`}
            download={`${id}.bin`}
            className={buttonClass({ kind: "quiet", size: "small" })}
          >
            <Download aria-hidden="true" />
            {t("body.download")}
          </a>
        </BodyView>
      )}
      {body !== null && (
        <p className="text-12 text-muted">{t(`body.where.${body.where}`, { node: body.node })}</p>
      )}
    </div>
  );
}
