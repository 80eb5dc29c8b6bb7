"use client";

import { useState } from "react";
import {
  type ApiTokenMade,
  apiBase,
  type Right,
  rights,
  tokenNameCharactersMax,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Field, Input, Select } from "../../../components/field.tsx";
import { useLive } from "../../../live/provider.tsx";
import { readGlobs, wrongGlob } from "../../../people/globs.ts";
import { GlobsField } from "../../../people/globs-field.tsx";
import { useWrite } from "../../../people/use-write.tsx";
import { WriteFailure } from "../../../people/write-failure.tsx";
import { useWords } from "../../../words/index.ts";

const lifetimes = [7, 30, 90, 365, null] as const;

/** What a new token may: nothing that who makes it may not. */
export function TokenForm({
  onClose,
  onDone,
}: {
  onClose: () => void;
  onDone: (made: ApiTokenMade) => void;
}) {
  const t = useWords("tokens");
  const { session } = useLive();
  const { busy, failure, write, proof } = useWrite();
  const [name, setName] = useState("");
  const [given, setGiven] = useState<ReadonlySet<Right>>(new Set(["read"]));
  const [topics, setTopics] = useState("*");
  const [channels, setChannels] = useState("*");
  const [days, setDays] = useState<number | null>(90);
  const globs = [readGlobs(topics), readGlobs(channels)] as const;
  const isGood =
    name.trim() !== "" &&
    given.size > 0 &&
    globs.every((list) => list.length > 0 && wrongGlob(list) === null);
  const toggle = (right: Right) => {
    const next = new Set(given);
    if (!next.delete(right)) next.add(right);
    setGiven(next);
  };
  const make = async () => {
    const asked = { name: name.trim(), rights: [...given], topics: globs[0], channels: globs[1], days };
    const made = await write<ApiTokenMade>(`${apiBase}/tokens`, asked);
    if (made) onDone(made);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("addTitle")}
      description={t("addText")}
      action={
        <Button kind="primary" disabled={!isGood || busy} onClick={() => void make()}>
          {t("addNow")}
        </Button>
      }
    >
      <div className="mt-4 space-y-3">
        <Field label={t("nameLabel")} hint={t("nameHint")}>
          {(ids) => (
            <Input
              {...ids}
              value={name}
              maxLength={tokenNameCharactersMax}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset>
          <legend className="text-12 font-medium text-muted">{t("rightsLabel")}</legend>
          <div className="mt-1 grid gap-x-4 sm:grid-cols-2">
            {rights
              .filter((right) => session.rights.includes(right))
              .map((right) => (
                <label
                  key={right}
                  className="flex min-h-8 items-center gap-2.5 text-13 pointer-coarse:min-h-11"
                >
                  <input
                    type="checkbox"
                    className="size-4 accent-accent"
                    checked={given.has(right)}
                    onChange={() => toggle(right)}
                  />
                  {t(`right.${right}`)}
                </label>
              ))}
          </div>
        </fieldset>
        <GlobsField of="topics" text={topics} onChange={setTopics} />
        <GlobsField of="channels" text={channels} onChange={setChannels} />
        <Field label={t("lifetime")}>
          {(ids) => (
            <Select
              {...ids}
              value={days ?? ""}
              onChange={(event) => setDays(event.target.value === "" ? null : Number(event.target.value))}
            >
              {lifetimes.map((value) => (
                <option key={value} value={value ?? ""}>
                  {value === null ? t("untilRevoked") : t("days", { count: value })}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <WriteFailure failure={failure} />
        {proof}
      </div>
    </Dialog>
  );
}
