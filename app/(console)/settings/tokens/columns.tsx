import { toast } from "sonner";
import { type ApiToken, apiBase } from "../../../../server/console/contract/index.ts";
import type { Column } from "../../../components/table/column.ts";
import type { Formats } from "../../../live/format.ts";
import { AskButton } from "../../../people/ask-button.tsx";
import { Sight } from "../../../people/sight.tsx";
import type { useWords } from "../../../words/index.ts";

type Row = ApiToken & { readonly key: string };

export function tokenColumns({
  t,
  f,
  nowMs,
  again,
}: {
  readonly t: ReturnType<typeof useWords<"tokens">>;
  readonly f: Formats;
  readonly nowMs: number;
  readonly again: () => void;
}): readonly Column<Row>[] {
  const ago = (ms: number) => t("ago", { age: f.age(Math.max(0, nowMs - ms)) });
  return [
    {
      id: "name",
      header: t("column.name"),
      value: (token) => token.name,
      priority: 1,
      cell: (token) => (
        <>
          <span className="block font-medium wrap-anywhere">{token.name}</span>
          <span className="block font-mono text-12 text-muted">{token.hint}…</span>
        </>
      ),
    },
    {
      id: "user",
      header: t("column.user"),
      value: (token) => token.user,
      priority: 2,
      cell: (token) => token.user,
    },
    {
      id: "rights",
      header: t("column.rights"),
      priority: 2,
      cell: (token) => token.rights.map((right) => t(`right.${right}`)).join(t("comma")),
    },
    {
      id: "sees",
      header: t("column.sees"),
      priority: 3,
      cell: (token) => <Sight topics={token.topics} channels={token.channels} />,
    },
    {
      id: "created",
      header: t("column.created"),
      value: (token) => token.createdAtMs,
      priority: 3,
      numeric: true,
      cell: (token) => ago(token.createdAtMs),
    },
    {
      id: "expires",
      header: t("column.expires"),
      value: (token) => token.expiresAtMs,
      priority: 2,
      numeric: true,
      cell: (token) =>
        token.expiresAtMs === null
          ? t("never")
          : t("in", { age: f.age(Math.max(0, token.expiresAtMs - nowMs)) }),
    },
    {
      id: "used",
      header: t("column.used"),
      value: (token) => token.lastUsedAtMs,
      priority: 2,
      numeric: true,
      cell: (token) => (
        <span title={token.lastUsedAddress ?? undefined}>
          {token.lastUsedAtMs === null ? t("unused") : ago(token.lastUsedAtMs)}
        </span>
      ),
    },
    {
      id: "revoke",
      header: t("column.actions"),
      priority: 1,
      cell: (token) => (
        <AskButton
          label={t("revoke")}
          title={t("revokeTitle", { name: token.name })}
          text={t("revokeText")}
          path={`${apiBase}/tokens/${token.id}/revoke`}
          onDone={() => {
            toast.success(t("revoked", { name: token.name }));
            again();
          }}
        />
      ),
    },
  ];
}
