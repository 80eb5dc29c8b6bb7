"use client";

import { useState } from "react";
import {
  type AlertRule,
  type AlertsView,
  apiPaths,
  decide,
  seesEverything,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Card, Section } from "../../../components/card.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Empty } from "../../../components/empty.tsx";
import { Shape } from "../../../components/status.tsx";
import { useLive } from "../../../live/provider.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { MuteDialog } from "./firing.tsx";
import { RuleForm } from "./rule-form.tsx";
import type { Act } from "./use-alerts.ts";
import { useRuleName, useRuleWords } from "./words.ts";

export function Rules({ view, act, manages }: { view: AlertsView; act: Act; manages: boolean }) {
  const t = useWords("alerts");
  /** A rule's id, or that of a new one. */
  const [editing, setEditing] = useState<string | null>(null);
  const isNew = editing === "new";
  return (
    <Section
      title={t("rules")}
      aside={
        manages && (
          <Button disabled={isNew} onClick={() => setEditing("new")}>
            {t("newRule")}
          </Button>
        )
      }
    >
      {isNew && <RuleForm rule={null} act={act} onClose={() => setEditing(null)} />}
      {view.rules.length === 0 && !isNew && <Empty title={t("noRules")} />}
      {view.rules.length > 0 && (
        <Card>
          <ul aria-label={t("rules")}>
            {view.rules.map((rule) => (
              <li key={rule.id} className="border-line not-last:border-b">
                {editing === rule.id ? (
                  <RuleForm rule={rule} act={act} onClose={() => setEditing(null)} />
                ) : (
                  <Rule
                    view={view}
                    rule={rule}
                    act={act}
                    manages={manages}
                    onEdit={() => setEditing(rule.id)}
                  />
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </Section>
  );
}

function Rule({
  view,
  rule,
  act,
  manages,
  onEdit,
}: {
  view: AlertsView;
  rule: AlertRule;
  act: Act;
  manages: boolean;
  onEdit: () => void;
}) {
  const t = useWords("alerts");
  const f = useFormat();
  const words = useRuleWords();
  const ruleName = useRuleName();
  const { session } = useLive();
  const [asked, setAsked] = useState<"mute" | "delete" | null>(null);
  const mute = view.mutes.find((one) => one.rule === rule.id && one.object === null);
  const mutes = decide(session, "mute-alert", {}).ok && seesEverything(session);
  const close = () => setAsked(null);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <Shape tone={!rule.enabled ? "unknown" : mute ? "paused" : rule.severity} />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium wrap-anywhere">
          {ruleName(rule.name)}
          {!rule.enabled && <span className="font-normal text-muted"> · {t("off")}</span>}
        </p>
        <p className="text-12 text-muted wrap-anywhere">
          {t(`severity.${rule.severity}`)} · {words(rule)}
        </p>
        {mute && (
          <p className="text-12 text-paused wrap-anywhere">
            {t("mutedBy", { actor: mute.actor, time: f.age(mute.untilMs - view.atMs) })}
            {mute.reason && `: ${mute.reason}`}
          </p>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        {mutes &&
          (mute ? (
            <Button
              size="small"
              aria-label={t("unmuteOf", { object: rule.name })}
              onClick={() => void act(apiPaths.alertMutes, { rule: rule.id, object: null, forMs: null })}
            >
              {t("unmute")}
            </Button>
          ) : (
            <Button
              size="small"
              aria-label={t("muteOf", { object: rule.name })}
              onClick={() => setAsked("mute")}
            >
              {t("mute")}
            </Button>
          ))}
        {manages && (
          <>
            <Button size="small" aria-label={t("changeOf", { name: rule.name })} onClick={onEdit}>
              {t("change")}
            </Button>
            <Button
              size="small"
              kind="dangerQuiet"
              aria-label={t("deleteOf", { name: rule.name })}
              onClick={() => setAsked("delete")}
            >
              {t("delete")}
            </Button>
          </>
        )}
      </div>
      {asked === "mute" && (
        <MuteDialog
          title={t("muteOf", { object: rule.name })}
          onClose={close}
          onMute={(forMs, reason) => act(apiPaths.alertMutes, { rule: rule.id, object: null, forMs, reason })}
        />
      )}
      <Dialog
        open={asked === "delete"}
        onOpenChange={close}
        title={t("deleteOf", { name: rule.name })}
        description={t("deleteRuleNote")}
        cancel={t("cancel")}
        action={
          <Button
            kind="danger"
            onClick={() => void act(`${apiPaths.alertRules}/${rule.id}/delete`, {}).then(close)}
          >
            {t("deleteOf", { name: rule.name })}
          </Button>
        }
      />
    </div>
  );
}
