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
  if (health === null && failure?.code === "not-found") return null;
  // It is known sooner from the state of everything than from an answer that fails.
  const old = health !== null && (failure !== null || database.state === "down");
  const refused = health === null && failure !== null;
  const facts = {
    primary: refused
      ? t("health-failed", { message: say(failure) })
      : health && <span className="font-mono text-12">{health.primary}</span>,
    version: health?.version,
    "commit-setting": health && <span className="font-mono text-12">{health.synchronousCommit}</span>,
    replicas: health && <Standbys health={health} />,
    size: health && f.bytes(health.databaseBytes),
    wal:
      typeof health?.walBytesPerSecond === "number" &&
      t("fact.wal-rate", { bytes: f.bytes(health.walBytesPerSecond) }),
    connections:
      health &&
      t("fact.connections-of", {
        open: f.count(health.connectionsOpen),
        max: f.count(health.connectionsMax),
      }),
    oldest:
      health &&
      (health.oldestTransactionMs === null ? t("fact.no-transaction") : f.span(health.oldestTransactionMs)),
    dead: health && <DeadTuples health={health} />,
  };
  // Their places are kept until they are known, so that nothing below them moves.
  return (Object.keys(facts) as (keyof typeof facts)[]).map((fact) => (
    <Fact key={fact} old={old} name={t(`fact.${fact}`)} value={facts[fact] || unknown} />
  ));
}

function DeadTuples({ health: { deadTuples, liveTuples } }: { health: PostgresHealth }) {
  const t = useWords("cluster");
  const f = useFormat();
  const rows = deadTuples + liveTuples;
  return t("fact.dead-of", {
    dead: f.count(deadTuples),
    share: f.percent(rows === 0 ? 0 : deadTuples / rows),
  });
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
