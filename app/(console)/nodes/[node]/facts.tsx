import type { NodeRow, StoreStatus } from "../../../../server/console/contract/index.ts";
import { Card } from "../../../components/card.tsx";
import { leaseWord } from "../../../components/lease.ts";
import { Num } from "../../../components/number.tsx";
import { Status } from "../../../components/status.tsx";
import { bytes, span, unknown } from "../../../live/format.ts";

/** What a node is, where it is, and how its store does. */
export function Facts({ node }: { node: NodeRow }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Table
        title="Node"
        rows={[
          ["Identity", node.id],
          ["Host name", node.hostname],
          ["Broadcast address", node.broadcastAddress],
          ["TCP port", node.tcpPort],
          ["HTTP port", node.httpPort],
          ["Version", node.version],
          ["Health", node.health],
          ["Frames in memory", `${bytes(node.memBytes)} of ${bytes(node.memBytesMax)}`],
          ["Connected producers", node.producers],
          ["Connected consumers", node.consumers],
          ["Producers meet", node.pressure === null ? null : pressureWords[node.pressure]],
          ["Differs from the cluster in", node.clusterDifferences],
          ["Lease", node.lease === null ? null : leaseWord(node).word],
          ["Epoch", node.epoch],
        ]}
      />
      {node.store !== null && <Store store={node.store} />}
    </div>
  );
}

const pressureWords = { none: "no pressure", hold: "held back", refuse: "refused" } as const;
const kinds = { postgres: "Postgres", files: "segment files", memory: "memory only" } as const;

function Store({ store }: { store: StoreStatus }) {
  return (
    <Table
      title="Store"
      rows={[
        ["Kind", kinds[store.kind]],
        [
          "State",
          <Status key="state" tone={store.state === "up" ? "ok" : store.state === "down" ? "warn" : "info"}>
            {store.state === "up" ? "Up" : store.state === "down" ? "Away" : "Starting"}
          </Status>,
        ],
        ["Why", store.reason],
        ["On its way out", bytes(store.writingBytes)],
        ["Commit p50, p99", `${span(store.commitP50Ms)}, ${span(store.commitP99Ms)}`],
        ["Audit behind by", span(store.auditLagMs)],
        ["Audit events stored", <Num key="events" value={store.auditEvents} />],
        ["Audit events lost", <Num key="gaps" value={store.auditGaps} bad="up" />],
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
