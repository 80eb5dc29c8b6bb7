"use client";

import { apiPaths, type OptionsView } from "../../../../server/console/contract/index.ts";
import { Section } from "../../../components/card.tsx";
import { OptionGroup } from "../../../components/option-group.tsx";
import { ReadNote } from "../../../components/read-note.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { useRead } from "../../../live/use-read.ts";
import { useWords } from "../../../words/index.ts";

/** Of nodes' options, those that say who may connect to them, and how that is known. */
const groups = {
  servers: ["auth-http-address", "auth-http-request-method", "auth-strict"],
  tls: ["tls-required", "tls-client-auth-policy", "tls-root-ca-file", "tls-cert", "tls-min-version"],
  cluster: ["cluster", "cluster-secret-file", "http-allowed-host"],
} as const;

/** How nodes know their clients: as each was started, to be looked at here and changed there. */
export function ClientAccess() {
  const t = useWords("auth");
  const read = useRead<OptionsView>(apiPaths.options, null);
  const view = read.value;
  return (
    <Section title={t("access.title")} note={t("access.note")}>
      {view === null && read.failure === null ? (
        <Skeleton className="h-40" />
      ) : (
        <>
          <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []} />
          {view !== null && (
            <div className="grid gap-4 lg:grid-cols-3">
              {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => (
                <OptionGroup
                  key={group}
                  title={t(`access.${group}`)}
                  names={groups[group]}
                  options={view.options}
                />
              ))}
            </div>
          )}
        </>
      )}
    </Section>
  );
}
