"use client";

import { apiPaths, type PostgresHealth } from "../../../server/console/contract/index.ts";
import { unknown } from "../../live/format.ts";
import { useRead } from "../../live/use-read.ts";
import { useStatus } from "../../live/use-room.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";
import { Fact } from "./fact.tsx";

const readEveryMs = 5_000;

/** What Postgres says of itself, asked for while somebody looks; nothing where the console has none. */
export function PostgresFacts() {
  const t = useWords("cluster");
  const f = useFormat();
  const say = useFailureWords();
  const { value: health, failure } = useRead<PostgresHealth>(apiPaths.postgres, readEveryMs);
  const { database } = useStatus().data;
  if (health === null) {
    if (failure === null || failure.code === "not-found") return null;
    return <Fact name={t("fact.primary")} value={t("health-failed", { message: say(failure) })} />;
  }
  const rows = health.deadTuples + health.liveTuples;
  // It is known sooner from the state of everything than from an answer that fails.
  const old = failure !== null || database.state === "down";
  return (
    <>
      <Fact
        old={old}
        name={t("fact.primary")}
        value={<span className="font-mono text-12">{health.primary}</span>}
      />
      <Fact old={old} name={t("fact.version")} value={health.version} />
      <Fact
        old={old}
        name={t("fact.commit-setting")}
        value={<span className="font-mono text-12">{health.synchronousCommit}</span>}
      />
      <Fact old={old} name={t("fact.replicas")} value={<Standbys health={health} />} />
      <Fact old={old} name={t("fact.size")} value={f.bytes(health.databaseBytes)} />
      <Fact
        old={old}
        name={t("fact.wal")}
        value={
          health.walBytesPerSecond === null
            ? unknown
            : t("fact.wal-rate", { bytes: f.bytes(health.walBytesPerSecond) })
        }
      />
      <Fact
        old={old}
        name={t("fact.connections")}
        value={t("fact.connections-of", {
          open: f.count(health.connectionsOpen),
          max: f.count(health.connectionsMax),
        })}
      />
      <Fact
        old={old}
        name={t("fact.oldest")}
        value={
          health.oldestTransactionMs === null ? t("fact.no-transaction") : f.span(health.oldestTransactionMs)
        }
      />
      <Fact
        old={old}
        name={t("fact.dead")}
        value={t("fact.dead-of", {
          dead: f.count(health.deadTuples),
          share: f.percent(rows === 0 ? 0 : health.deadTuples / rows),
        })}
      />
    </>
  );
}

function Standbys({ health: { standbys } }: { health: PostgresHealth }) {
  const t = useWords("cluster");
  const f = useFormat();
  if (standbys === null) return <span className="text-muted">{t("fact.replicas-unseen")}</span>;
  if (standbys.length === 0) return t("fact.replicas-none");
  return (
    <ul>
      {standbys.map(({ name, state, sync, lagBytes, lagMs }) => (
        <li key={name}>
          <span className="font-mono text-12">{name}</span>{" "}
          <span className="text-muted">
            {state}, {sync},{" "}
            {lagMs === null
              ? t("fact.lag", { bytes: f.bytes(lagBytes) })
              : t("fact.lag-time", { bytes: f.bytes(lagBytes), span: f.span(lagMs) })}
          </span>
        </li>
      ))}
    </ul>
  );
}
