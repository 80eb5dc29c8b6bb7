import type { User, UserLink } from "../../../../server/console/contract/index.ts";
import { Badge, Status } from "../../../components/status.tsx";
import type { Column } from "../../../components/table/column.ts";
import type { Formats } from "../../../live/format.ts";
import { Sight } from "../../../people/sight.tsx";
import type { useWords } from "../../../words/index.ts";
import { PersonMenu } from "./person-menu.tsx";

type Row = User & { readonly key: string };

export interface PersonColumns {
  readonly t: ReturnType<typeof useWords<"users">>;
  readonly f: Formats;
  /** Of the minute, so that a row that does not change is not drawn each second. */
  readonly nowMs: number;
  readonly edit: (user: User) => void;
  readonly shown: (made: { readonly name: string; readonly link: UserLink }) => void;
  readonly again: () => void;
}

export function personColumns({ t, f, nowMs, edit, shown, again }: PersonColumns): readonly Column<Row>[] {
  return [
    {
      id: "name",
      header: t("column.name"),
      value: (user) => user.name,
      priority: 1,
      cell: (user) => (
        <span className="flex items-center gap-2">
          <span className="font-medium wrap-anywhere">{user.name}</span>
          {user.disabledAtMs !== null && <Badge tone="paused">{t("disabled")}</Badge>}
        </span>
      ),
    },
    {
      id: "role",
      header: t("column.role"),
      value: (user) => user.role,
      priority: 1,
      cell: (user) => t(`role.${user.role}`),
    },
    {
      id: "sees",
      header: t("column.sees"),
      value: (user) => user.topics.join(" "),
      priority: 2,
      cell: (user) => <Sight topics={user.topics} channels={user.channels} />,
    },
    {
      id: "bodies",
      header: t("column.bodies"),
      value: (user) => Number(user.readsBodies),
      priority: 3,
      cell: (user) => (user.readsBodies ? t("yes") : t("no")),
    },
    {
      id: "password",
      header: t("column.signIn"),
      value: (user) => Number(user.hasPassword),
      priority: 3,
      cell: (user) => (user.hasPassword ? t("byPassword") : <Status tone="unknown">{t("byLink")}</Status>),
    },
    {
      id: "sessions",
      header: t("column.sessions"),
      value: (user) => user.sessions,
      priority: 3,
      numeric: true,
      cell: (user) => f.count(user.sessions),
    },
    {
      id: "tokens",
      header: t("column.tokens"),
      value: (user) => user.tokens,
      priority: 3,
      numeric: true,
      cell: (user) => f.count(user.tokens),
    },
    {
      id: "seen",
      header: t("column.seen"),
      value: (user) => user.lastSeenAtMs,
      priority: 2,
      numeric: true,
      cell: (user) =>
        user.lastSeenAtMs === null
          ? t("never")
          : t("ago", { age: f.age(Math.max(0, nowMs - user.lastSeenAtMs)) }),
    },
    {
      id: "menu",
      header: t("column.actions"),
      priority: 1,
      cell: (user) => <PersonMenu user={user} edit={edit} shown={shown} again={again} />,
    },
  ];
}
