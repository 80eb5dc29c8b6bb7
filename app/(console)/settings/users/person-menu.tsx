"use client";

import { Ellipsis, KeyRound, MonitorX, Pencil, Trash2, UserRoundCheck, UserRoundX } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { apiBase, firstUser, type User, type UserLink } from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Field, Input } from "../../../components/field.tsx";
import { Menu, MenuItem } from "../../../components/menu.tsx";
import { useWrite } from "../../../people/use-write.tsx";
import { WriteFailure } from "../../../people/write-failure.tsx";
import { useWords } from "../../../words/index.ts";
import { useFailureWords } from "../../../words/use-failure.ts";

/** What can be done about somebody. */
export function PersonMenu({
  user,
  edit,
  shown,
  again,
}: {
  user: User;
  edit: (user: User) => void;
  shown: (made: { readonly name: string; readonly link: UserLink }) => void;
  again: () => void;
}) {
  const t = useWords("users");
  const wordsOf = useFailureWords();
  const { busy, failure, write, proof, forget } = useWrite();
  const [removing, setRemoving] = useState(false);
  const [typed, setTyped] = useState("");
  const { name } = user;
  const path = `${apiBase}/users/${encodeURIComponent(name)}`;
  const label = t("actionsOf", { name });
  const isFirst = name === firstUser;
  const disabled = user.disabledAtMs !== null;

  const toggle = async () => {
    if (!(await write(path, { disabled: !disabled }))) return;
    toast.success(disabled ? t("enabledNow", { name }) : t("disabledNow", { name }));
    again();
  };
  const newLink = async () => {
    const link = await write<UserLink>(`${path}/link`, {});
    if (link) shown({ name, link });
  };
  const endSessions = async () => {
    const answer = await write<{ readonly ended: number }>(`${path}/end-sessions`, {});
    if (!answer) return;
    toast.success(t("endedSessions", { name, count: answer.ended }));
    again();
  };
  const remove = async () => {
    if (!(await write(`${path}/remove`, { confirm: { name: typed } }))) return;
    setRemoving(false);
    toast.success(t("removed", { name }));
    again();
  };
  return (
    <>
      <Menu
        label={label}
        button={
          <Button kind="quiet" size="icon" aria-label={label}>
            <Ellipsis aria-hidden="true" />
          </Button>
        }
      >
        <MenuItem onSelect={() => edit(user)}>
          <Pencil aria-hidden="true" />
          {t("change")}
        </MenuItem>
        {!disabled && (
          <MenuItem onSelect={() => void newLink()}>
            <KeyRound aria-hidden="true" />
            {t("newLink")}
          </MenuItem>
        )}
        {user.sessions > 0 && (
          <MenuItem onSelect={() => void endSessions()}>
            <MonitorX aria-hidden="true" />
            {t("endSessions")}
          </MenuItem>
        )}
        {!isFirst && (
          <>
            <MenuItem onSelect={() => void toggle()}>
              {disabled ? <UserRoundCheck aria-hidden="true" /> : <UserRoundX aria-hidden="true" />}
              {disabled ? t("enable") : t("disable")}
            </MenuItem>
            <MenuItem className="text-crit" onSelect={() => setRemoving(true)}>
              <Trash2 aria-hidden="true" />
              {t("remove")}
            </MenuItem>
          </>
        )}
      </Menu>
      {proof}
      {failure !== null && !removing && (
        <span role="alert" className="text-12 text-crit">
          {wordsOf(failure)}
        </span>
      )}
      <Dialog
        open={removing}
        onOpenChange={(open) => {
          setRemoving(open);
          setTyped("");
          forget();
        }}
        title={t("removeTitle", { name })}
        description={t("removeText")}
        action={
          <Button kind="danger" disabled={typed !== name || busy} onClick={() => void remove()}>
            {t("removeNow", { name })}
          </Button>
        }
      >
        <div className="mt-4">
          <Field label={t("typeName", { name })}>
            {(ids) => (
              <Input
                {...ids}
                value={typed}
                className="font-mono"
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          <WriteFailure failure={failure} />
        </div>
      </Dialog>
    </>
  );
}
