"use client";

import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { messageIdPattern } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Field, Input } from "../../components/field.tsx";
import { paths } from "../../paths.ts";
import { useWords } from "../../words/index.ts";

/** The way to one message's life: by its id. */
export function Find({ disabled }: { disabled: boolean }) {
  const t = useWords("messages");
  const router = useRouter();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(false);
  const id = text.trim().toLowerCase();
  const good = messageIdPattern.test(id);

  function find(event: FormEvent): void {
    event.preventDefault();
    setAsked(true);
    if (good) router.push(paths.message(id));
  }

  return (
    <form onSubmit={find} className="flex items-start gap-2">
      <Field
        label={t("find.id")}
        className="w-full max-w-80"
        hint={t("find.hint")}
        error={asked && !good ? t("find.wrong") : undefined}
      >
        {(ids) => (
          <Input
            {...ids}
            name="id"
            className="font-mono"
            disabled={disabled}
            maxLength={40}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" className="mt-5.5" disabled={disabled}>
        <Search aria-hidden="true" />
        {t("find.find")}
      </Button>
    </form>
  );
}
