"use client";

import { useState } from "react";
import {
  apiBase,
  firstUser,
  type Role,
  roles,
  type User,
  type UserLink,
  userNamePattern,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Field, Input } from "../../../components/field.tsx";
import { RadioCards } from "../../../components/radio-cards.tsx";
import { readGlobs, writeGlobs, wrongGlob } from "../../../people/globs.ts";
import { GlobsField } from "../../../people/globs-field.tsx";
import { useWrite } from "../../../people/use-write.tsx";
import { WriteFailure } from "../../../people/write-failure.tsx";
import { useWords } from "../../../words/index.ts";

/** Somebody new, or what somebody may. `user` null: somebody new, who is then given a link. */
export function PersonForm({
  user,
  onClose,
  onDone,
}: {
  user: User | null;
  onClose: () => void;
  onDone: (made: { readonly name: string; readonly link: UserLink } | null) => void;
}) {
  const t = useWords("users");
  const { busy, failure, write, proof } = useWrite();
  const [name, setName] = useState(user?.name ?? "");
  const [role, setRole] = useState<Role>(user?.role ?? "viewer");
  const [topics, setTopics] = useState(writeGlobs(user?.topics ?? ["*"]));
  const [channels, setChannels] = useState(writeGlobs(user?.channels ?? ["*"]));
  const [readsBodies, setReadsBodies] = useState(user?.readsBodies ?? false);
  const isFirst = user?.name === firstUser;
  const globs = [readGlobs(topics), readGlobs(channels)] as const;
  const isGood =
    (user !== null || (userNamePattern.test(name) && name !== firstUser)) &&
    globs.every((list) => list.length > 0 && wrongGlob(list) === null);

  const save = async () => {
    const grant = { role, topics: globs[0], channels: globs[1], readsBodies };
    if (user === null) {
      const link = await write<UserLink>(`${apiBase}/users`, { name, ...grant });
      if (link) onDone({ name, link });
      return;
    }
    const change = isFirst ? { readsBodies } : grant;
    if (await write(`${apiBase}/users/${encodeURIComponent(user.name)}`, change)) onDone(null);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={user === null ? t("addTitle") : t("changeTitle", { name: user.name })}
      description={user === null ? t("addText") : isFirst ? t("firstText") : t("changeText")}
      action={
        <Button kind="primary" disabled={!isGood || busy} onClick={() => void save()}>
          {user === null ? t("addNow") : t("save")}
        </Button>
      }
    >
      <div className="mt-4 space-y-3">
        {user === null && (
          <Field
            label={t("nameLabel")}
            hint={t("nameHint")}
            error={
              name === "" || (userNamePattern.test(name) && name !== firstUser) ? undefined : t("nameWrong")
            }
          >
            {(ids) => (
              <Input {...ids} value={name} onChange={(event) => setName(event.target.value.trim())} />
            )}
          </Field>
        )}
        {!isFirst && (
          <>
            <RadioCards
              label={t("roleLabel")}
              value={role}
              choices={roles.map((value) => ({
                value,
                label: t(`role.${value}`),
                note: t(`roleNote.${value}`),
              }))}
              onChange={setRole}
            />
            <GlobsField of="topics" text={topics} onChange={setTopics} />
            <GlobsField of="channels" text={channels} onChange={setChannels} />
          </>
        )}
        <label className="flex min-h-8 items-center gap-2.5 text-13">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={readsBodies}
            onChange={(event) => setReadsBodies(event.target.checked)}
          />
          <span>
            {t("bodiesLabel")} <span className="block text-12 text-muted">{t("bodiesNote")}</span>
          </span>
        </label>
        <WriteFailure failure={failure} />
        {proof}
      </div>
    </Dialog>
  );
}
