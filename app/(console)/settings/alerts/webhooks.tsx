"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import {
  type AlertWebhook,
  alertLimits,
  apiPaths,
  type WebhookMade,
  type WebhookTried,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Card, Section } from "../../../components/card.tsx";
import { Command } from "../../../components/copy.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Empty } from "../../../components/empty.tsx";
import { Field, Input } from "../../../components/field.tsx";
import { Shape } from "../../../components/status.tsx";
import { useNow } from "../../../live/use-now.ts";
import { useFormat, useWords } from "../../../words/index.ts";
import type { Act } from "./use-alerts.ts";

/** Whom alerts are told. */
export function Webhooks({ webhooks, act }: { webhooks: readonly AlertWebhook[]; act: Act }) {
  const t = useWords("alerts");
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<WebhookMade | null>(null);
  return (
    <Section
      title={t("webhooks")}
      note={t("webhooksNote")}
      aside={
        <Button disabled={adding} onClick={() => setAdding(true)}>
          {t("newWebhook")}
        </Button>
      }
    >
      {made !== null && (
        <Card className="mb-4 space-y-2 p-4">
          <p role="status" className="text-13">
            {t("secretOnce", { name: made.webhook.name })}
          </p>
          <Command text={made.secret} />
          <Button size="small" onClick={() => setMade(null)}>
            {t("secretKept")}
          </Button>
        </Card>
      )}
      {adding && <AddForm act={act} onClose={() => setAdding(false)} onMade={setMade} />}
      {webhooks.length === 0 && !adding && <Empty title={t("noWebhooks")}>{t("noWebhooksNote")}</Empty>}
      {webhooks.length > 0 && (
        <Card>
          <ul aria-label={t("webhooks")}>
            {webhooks.map((webhook) => (
              <Webhook key={webhook.id} webhook={webhook} act={act} />
            ))}
          </ul>
        </Card>
      )}
    </Section>
  );
}

function AddForm({
  act,
  onClose,
  onMade,
}: {
  act: Act;
  onClose: () => void;
  onMade: (made: WebhookMade) => void;
}) {
  const t = useWords("alerts");
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const urlOk = url === "" || /^https?:\/\/[^\s@]+$/.test(url);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = await act<WebhookMade>(apiPaths.alertWebhooks, { name: name.trim(), url, enabled: true });
    if (made === null) return;
    onMade(made);
    onClose();
  };
  return (
    <form
      aria-label={t("newWebhook")}
      onSubmit={(event) => void submit(event)}
      className="mb-4 grid gap-x-4 gap-y-1 rounded-card border border-line bg-surface p-4 sm:grid-cols-2"
    >
      <Field label={t("name")}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            maxLength={alertLimits.nameCharacters}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("url")} hint={t("urlHint")} error={urlOk ? undefined : t("notUrl")}>
        {(ids) => (
          <Input
            {...ids}
            type="url"
            value={url}
            maxLength={alertLimits.urlCharacters}
            placeholder="https://"
            onChange={(event) => setUrl(event.target.value)}
          />
        )}
      </Field>
      <span className="flex justify-end gap-2 sm:col-span-2">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" disabled={name.trim() === "" || url === "" || !urlOk}>
          {t("save")}
        </Button>
      </span>
    </form>
  );
}

function Webhook({ webhook, act }: { webhook: AlertWebhook; act: Act }) {
  const t = useWords("alerts");
  const f = useFormat();
  const nowMs = useNow();
  const [asked, setAsked] = useState(false);
  const [trying, setTrying] = useState(false);
  const { id, name, url, enabled, last, waiting } = webhook;
  const path = `${apiPaths.alertWebhooks}/${id}`;
  const tryIt = async () => {
    setTrying(true);
    const tried = await act<WebhookTried>(`${path}/try`, {});
    setTrying(false);
    if (tried === null) return;
    if (tried.ok) toast.success(t("triedOk", { status: tried.status, time: f.span(tried.tookMs) }));
    else toast.error(t("triedFailed", { why: tried.error ?? String(tried.status) }));
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line px-4 py-2 not-last:border-b">
      <Shape tone={!enabled || last === null ? "unknown" : last.ok ? "ok" : "warn"} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium wrap-anywhere">
          {name}
          {!enabled && <span className="font-normal text-muted"> · {t("off")}</span>}
        </p>
        <p className="font-mono text-12 text-muted wrap-anywhere">{url}</p>
        <p className="text-12 text-muted wrap-anywhere">
          {last === null
            ? t("neverTried")
            : last.ok
              ? t("lastOk", { status: last.status, time: f.age(nowMs - last.atMs) })
              : t("lastFailed", { why: last.error ?? String(last.status), time: f.age(nowMs - last.atMs) })}
          {waiting > 0 && ` · ${t("waiting", { count: waiting })}`}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button size="small" disabled={trying} aria-label={t("tryOf", { name })} onClick={() => void tryIt()}>
          {t("try")}
        </Button>
        <Button
          size="small"
          aria-label={t(enabled ? "switchOffOf" : "switchOnOf", { name })}
          onClick={() => void act(path, { name, url, enabled: !enabled })}
        >
          {t(enabled ? "switchOff" : "switchOn")}
        </Button>
        <Button
          size="small"
          kind="dangerQuiet"
          aria-label={t("deleteOf", { name })}
          onClick={() => setAsked(true)}
        >
          {t("delete")}
        </Button>
      </div>
      <Dialog
        open={asked}
        onOpenChange={setAsked}
        title={t("deleteOf", { name })}
        description={t("deleteWebhookNote")}
        cancel={t("cancel")}
        action={
          <Button kind="danger" onClick={() => void act(`${path}/delete`, {}).then(() => setAsked(false))}>
            {t("deleteOf", { name })}
          </Button>
        }
      />
    </li>
  );
}
