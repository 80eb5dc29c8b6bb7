"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import {
  apiBase,
  passwordCharactersMax,
  passwordCharactersMin,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Field, Input } from "../../../components/field.tsx";
import { useWrite } from "../../../people/use-write.tsx";
import { WriteFailure } from "../../../people/write-failure.tsx";
import { useWords } from "../../../words/index.ts";

/** Sets the password, or changes it for who knows it. */
export function PasswordForm({ user, has, onDone }: { user: string; has: boolean; onDone: () => void }) {
  const t = useWords("auth");
  const { busy, failure, write } = useWrite();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const isShort = next !== "" && next.length < passwordCharactersMin;
  const differs = again !== "" && again !== next;
  const isGood = next.length >= passwordCharactersMin && again === next && (!has || current !== "");

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const body = has ? { current, next } : { next };
    if (!(await write(`${apiBase}/account/password`, body))) return;
    for (const clear of [setCurrent, setNext, setAgain]) clear("");
    toast.success(t("saved"));
    onDone();
  };
  return (
    <form onSubmit={(event) => void save(event)} className="max-w-80 space-y-2">
      {/* So that password managers know whose it is. */}
      <input type="text" name="username" autoComplete="username" value={user} readOnly hidden />
      {has && (
        <PasswordField
          label={t("current")}
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
        />
      )}
      <PasswordField
        label={t("next")}
        hint={t("nextHint", { count: passwordCharactersMin })}
        error={isShort ? t("short", { count: passwordCharactersMin }) : undefined}
        value={next}
        onChange={setNext}
      />
      <PasswordField
        label={t("again")}
        error={differs ? t("differs") : undefined}
        value={again}
        onChange={setAgain}
      />
      <Button kind="primary" type="submit" disabled={!isGood || busy}>
        {has ? t("change") : t("set")}
      </Button>
      <WriteFailure failure={failure} />
    </form>
  );
}

function PasswordField({
  label,
  hint,
  error,
  autoComplete = "new-password",
  value,
  onChange,
}: {
  label: string;
  hint?: string;
  error?: string | undefined;
  autoComplete?: "new-password" | "current-password";
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <Input
          {...ids}
          type="password"
          autoComplete={autoComplete}
          maxLength={passwordCharactersMax}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
