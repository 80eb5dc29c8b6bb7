"use client";

import { eventKinds, kindWords } from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Field, Input } from "../components/field.tsx";
import { useWords } from "../words/index.ts";

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly className?: string;
}

/** Events of which channel. */
export function ChannelField({ value, onChange, isWrong, className }: FieldProps & { isWrong: boolean }) {
  const t = useWords("messages");
  return (
    <Field
      label={t("filters.channel")}
      error={isWrong ? t("bad-name") : undefined}
      {...(className && { className })}
    >
      {(ids) => (
        <Input
          {...ids}
          className="font-mono"
          maxLength={64}
          value={value}
          onChange={(event) => onChange(event.target.value.trim())}
        />
      )}
    </Field>
  );
}

/** Events with which client. */
export function ClientField({ value, onChange, className }: FieldProps) {
  const t = useWords("messages");
  return (
    <Field label={t("filters.client")} hint={t("filters.client-hint")} {...(className && { className })}>
      {(ids) => (
        <Input
          {...ids}
          maxLength={256}
          value={value}
          onChange={(event) => onChange(event.target.value.trimStart())}
        />
      )}
    </Field>
  );
}

/** Events of which deliveries. */
export function AttemptsField({ value, onChange, isWrong, className }: FieldProps & { isWrong: boolean }) {
  const t = useWords("messages");
  return (
    <Field
      label={t("filters.attempts")}
      hint={t("filters.attempts-hint")}
      error={isWrong ? t("filters.attempts-wrong") : undefined}
      {...(className && { className })}
    >
      {(ids) => (
        <Input
          {...ids}
          maxLength={8}
          value={value}
          onChange={(event) => onChange(event.target.value.replaceAll(" ", ""))}
        />
      )}
    </Field>
  );
}

type KindWord = (typeof kindWords)[keyof typeof kindWords];

/** Events of which kinds; none chosen: all. */
export function KindButtons({
  chosen,
  onChange,
}: {
  chosen: readonly KindWord[];
  onChange: (chosen: KindWord[]) => void;
}) {
  const t = useWords("messages");
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{t("filters.events")}</legend>
      {eventKinds
        .filter((kind) => kind !== "touch")
        .map((kind) => {
          const word = kindWords[kind];
          const isOn = chosen.includes(word);
          return (
            <Button
              key={kind}
              size="small"
              kind={isOn ? "primary" : "plain"}
              aria-pressed={isOn}
              onClick={() => onChange(isOn ? chosen.filter((one) => one !== word) : [...chosen, word])}
            >
              {t(`kind.${kind}`)}
            </Button>
          );
        })}
    </fieldset>
  );
}
