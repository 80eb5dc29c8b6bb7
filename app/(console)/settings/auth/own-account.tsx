"use client";

import type { ReactNode } from "react";
import { type Account, apiBase } from "../../../../server/console/contract/index.ts";
import { Card, Section } from "../../../components/card.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { clock, day } from "../../../live/format.ts";
import { useLive } from "../../../live/provider.tsx";
import { useRead } from "../../../live/use-read.ts";
import { Sight } from "../../../people/sight.tsx";
import { WriteFailure } from "../../../people/write-failure.tsx";
import { useZone } from "../../../preferences/provider.tsx";
import { useWords } from "../../../words/index.ts";
import { ClientAccess } from "./client-access.tsx";
import { PasswordForm } from "./password-form.tsx";

/** Who one is here, what one may, and the password. */
export function OwnAccount() {
  const t = useWords("auth");
  const words = useWords("users");
  const tokens = useWords("tokens");
  const zone = useZone();
  const { session } = useLive();
  const { value, failure, again } = useRead<Account>(`${apiBase}/account`, null);
  const moment = (ms: number) => `${day(ms, zone)} ${clock(ms, zone)}`;
  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <div className="max-w-200 space-y-6">
        <Card>
          <dl className="grid gap-x-6 gap-y-2 px-4 py-3 sm:grid-cols-[12rem_1fr]">
            <Fact label={t("name")}>{session.user}</Fact>
            <Fact label={t("role")}>{words(`role.${session.role}`)}</Fact>
            <Fact label={t("may")}>
              {session.rights.map((right) => tokens(`right.${right}`)).join(tokens("comma"))}
            </Fact>
            <Fact label={t("sees")}>
              <Sight topics={session.topics} channels={session.channels} />
            </Fact>
            <Fact label={t("since")}>{moment(session.signedInAtMs)}</Fact>
            <Fact label={t("until")}>{moment(session.expiresAtMs)}</Fact>
          </dl>
        </Card>
        <Section title={t("password")}>
          {value === null && failure === null && <Skeleton className="h-40 w-full" />}
          {value === null && <WriteFailure failure={failure} />}
          {value !== null && !value.hasPeople && <p className="text-13 text-muted">{t("noPostgres")}</p>}
          {value?.hasPeople && (
            <>
              <p className="mb-3 text-13 text-muted">
                {value.passwordChangedAtMs === null
                  ? t("noPassword")
                  : t("changedAt", { at: moment(value.passwordChangedAtMs) })}
              </p>
              <PasswordForm user={value.user} has={value.hasPassword} onDone={again} />
            </>
          )}
        </Section>
      </div>
      <div className="mt-8">
        <ClientAccess />
      </div>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="wrap-anywhere max-sm:mb-1">{children}</dd>
    </>
  );
}
