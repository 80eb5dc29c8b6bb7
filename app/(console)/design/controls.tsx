"use client";

import { Pause, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, type ButtonLook } from "../../components/button.tsx";
import { Section } from "../../components/card.tsx";
import { Command, CopyButton } from "../../components/copy.tsx";
import { Field, Input, Select, Textarea } from "../../components/field.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { RadioCards } from "../../components/radio-cards.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { Tooltip } from "../../components/tooltip.tsx";
import { paths } from "../../paths.ts";
import { Key } from "../../shell/key.tsx";
import { useWords } from "../../words/index.ts";
import { Row, Specimen } from "./specimen.tsx";

const kinds = [
  "primary",
  "plain",
  "quiet",
  "pause",
  "danger",
  "dangerQuiet",
] as const satisfies readonly NonNullable<ButtonLook["kind"]>[];

export function Controls() {
  const t = useWords("design");
  const [chosen, setChosen] = useState<"a" | "b" | "c">("a");
  return (
    <Section title={t("controls")}>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Specimen name="button">
          <div className="space-y-3">
            <Row>
              {kinds.map((kind) => (
                <Button key={kind} kind={kind}>
                  {kind}
                </Button>
              ))}
            </Row>
            <Row>
              {kinds.map((kind) => (
                <Button key={kind} kind={kind} disabled>
                  {kind}
                </Button>
              ))}
            </Row>
            <Row>
              <Button size="small">{t("small")}</Button>
              <Button kind="pause">
                <Pause aria-hidden="true" />
                {t("pause")}
              </Button>
              <Button kind="danger">
                <Trash2 aria-hidden="true" />
                {t("empty")}
              </Button>
              <Button size="icon" aria-label={t("add")}>
                <Plus aria-hidden="true" />
              </Button>
            </Row>
          </div>
        </Specimen>
        <Specimen name="field">
          <div className="grid gap-x-4 sm:grid-cols-2">
            <Field label={t("name")} hint={t("hint")}>
              {(ids) => <Input {...ids} defaultValue="orders" />}
            </Field>
            <Field label={t("name")} error={t("wrong")}>
              {(ids) => <Input {...ids} defaultValue="or ders" />}
            </Field>
            <Field label={t("choice")}>
              {(ids) => (
                <Select {...ids}>
                  <option>JSON</option>
                  <option>hex</option>
                </Select>
              )}
            </Field>
            <Field label={t("closed")}>{(ids) => <Input {...ids} disabled defaultValue="billing" />}</Field>
            <Field label={t("body")} className="sm:col-span-2">
              {(ids) => <Textarea {...ids} rows={2} defaultValue={'{"order": 17}'} />}
            </Field>
          </div>
        </Specimen>
        <Specimen name="radio-cards">
          <RadioCards
            label={t("choice")}
            note={t("hint")}
            value={chosen}
            onChange={setChosen}
            choices={[
              { value: "a", label: t("first") },
              { value: "b", label: t("second"), note: t("hint") },
              { value: "c", label: t("third") },
            ]}
          />
        </Specimen>
        <Specimen name="copy, link-button, tooltip, key">
          <div className="space-y-3">
            <Command text="curl -d hello 'http://127.0.0.1:4151/pub?topic=test'" />
            <Row>
              <CopyButton text="orders" />
              <LinkButton href={paths.topics}>{t("link")}</LinkButton>
              <LinkButton href={paths.topics} closed={t("why")}>
                {t("closed")}
              </LinkButton>
              <Tooltip text={t("hint")}>
                <Button kind="quiet">{t("tooltip")}</Button>
              </Tooltip>
              <span className="inline-flex gap-1">
                <Key>Ctrl</Key>
                <Key>K</Key>
              </span>
            </Row>
          </div>
        </Specimen>
        <Specimen name="tabs">
          <Tabs
            label={t("choice")}
            tabs={[
              { id: "first", label: t("first"), count: 3, content: <p>{t("first")}</p> },
              { id: "second", label: t("second"), content: <p>{t("second")}</p> },
            ]}
          />
        </Specimen>
      </div>
    </Section>
  );
}
