"use client";

import type { NodeRow, StoreStatus } from "../../../../server/console/contract/index.ts";
import { Card } from "../../../components/card.tsx";
import { logsShown } from "../../../components/lease.ts";
import { Num } from "../../../components/number.tsx";
import { Status } from "../../../components/status.tsx";
import { unknown } from "../../../live/format.ts";
import { useFormat, useWords } from "../../../words/index.ts";

/** What a node is, where it is, and how its store does. */
export function Facts({ node }: { node: NodeRow }) {
  const t = useWords("node");
  const f = useFormat();
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Table
        title={t("fact.node")}
        rows={[
          [t("fact.identity"), node.id],
          [t("fact.hostname"), node.hostname],
          [t("fact.broadcast"), node.broadcastAddress],
          [t("fact.tcp"), node.tcpPort],
          [t("fact.http"), node.httpPort],
          [t("fact.region"), node.region],
          [t("fact.zone"), node.zone],
          [t("fact.version"), node.version],
          [t("fact.health"), node.health],
          [
            t("fact.frames"),
            node.memBytes === null
              ? null
              : t("fact.frames-of", { bytes: f.bytes(node.memBytes), max: f.bytes(node.memBytesMax) }),
          ],
          [t("fact.producers"), node.producers],
          [t("fact.consumers"), node.consumers],
          [t("fact.pressure"), node.pressure === null ? null : t(`pressure.${node.pressure}`)],
          [t("fact.differences"), node.clusterDifferences],
          [t("fact.lease"), node.lease === null ? null : t(`lease.${node.lease}`)],
          [t("fact.epoch"), node.epoch],
          [t("fact.logs"), node.durableLogs === null ? null : logsShown(f, node.durableLogs)],
        ]}
      />
      {node.store !== null && <Store store={node.store} />}
    </div>
  );
}

function Store({ store }: { store: StoreStatus }) {
  const t = useWords("node");
  const f = useFormat();
  return (
    <Table
      title={t("fact.store")}
      rows={[
        [t("fact.kind"), t(`store-kind.${store.kind}`)],
        [
          t("fact.state"),
          <Status key="state" tone={store.state === "up" ? "ok" : store.state === "down" ? "warn" : "info"}>
            {t(`store-state.${store.state}`)}
          </Status>,
        ],
        ...(store.reason === null ? [] : [[t("fact.why"), store.reason] as const]),
        [t("fact.writing"), f.bytes(store.writingBytes)],
        [t("fact.commit"), `${f.span(store.commitP50Ms)}, ${f.span(store.commitP99Ms)}`],
        [t("fact.audit-lag"), f.span(store.auditLagMs)],
        [t("fact.audit-events"), <Num key="events" value={store.auditEvents} />],
        [t("fact.audit-gaps"), <Num key="gaps" value={store.auditGaps} bad="up" />],
      ]}
    />
  );
}

function Table({ title, rows }: { title: string; rows: readonly (readonly [string, React.ReactNode])[] }) {
  return (
    <Card>
      <h3 className="border-b border-line px-4 py-2 text-13 font-medium">{title}</h3>
      <dl className="grid grid-cols-[minmax(8rem,auto)_1fr] gap-x-6 gap-y-1.5 px-4 py-3">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 wrap-anywhere">{value ?? unknown}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
