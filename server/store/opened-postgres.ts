/** The backlog in Postgres as tests open it: with a link, and as a node of its own. */
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { selectStoredLogs } from "../../db/queries/blocks.ts";
import { selectEpoch, upsertNode } from "../../db/queries/nodes.ts";
import { selectServerState } from "../../db/queries/server.ts";
import type { Backlog, Block } from "../broker/ports.ts";
import { PostgresLink } from "./postgres-link.ts";
import { PostgresStore } from "./postgres-store.ts";
import type { OpenedStore } from "./store-contract.ts";
import { NodeOwner } from "./store-owner.ts";
import { silent } from "./test-log.ts";

export interface OpenedPostgres extends OpenedStore {
  readonly nodeId: string;
  readonly owner: NodeOwner;
  readonly store: PostgresStore;
  readonly link: PostgresLink;
  /** How many statements have written, or tried to write, blocks. */
  readonly commits: () => number;
  /** Logs that turned out to be another's. */
  readonly lost: readonly number[];
}

export interface OpenOptions {
  readonly nodeId?: string;
  /** Which logs are durable. */
  readonly isDurable?: (logId: number) => boolean;
  readonly onClose?: () => Promise<void>;
}

export function openOn(url: string, options: OpenOptions = {}): OpenedPostgres {
  const { nodeId = randomUUID(), isDurable = () => false, onClose = async () => {} } = options;
  const owner = new NodeOwner({ nodeId, log: silent, acceptLoss: true });
  const link = new PostgresLink({
    ...{ url, cluster: "weir", log: silent },
    contact: async (sql) => {
      await upsertNode(sql, { id: nodeId, hostname: "here", broadcastAddress: "here" });
      owner.noteServer(await selectServerState(sql), await selectEpoch(sql, nodeId));
    },
  });
  let commits = 0;
  const lost: number[] = [];
  const store = new PostgresStore({
    ...{ link, owner, log: silent },
    onCommit: () => {
      commits++;
    },
    onForeign: (logIds) => {
      lost.push(...logIds);
      return true;
    },
  });
  link.onUp = () => store.resume();
  link.start();
  const backlog: Backlog = {
    write: (topic: string, block: Block, done: () => void) =>
      store.write(topic, block, done, isDurable(block.logId)),
    read: (range, done) => store.read(range, done),
    forget: (logId, belowSeq) => store.forget(logId, belowSeq),
  };
  return {
    ...{ nodeId, owner, store, link, backlog, lost },
    commits: () => commits,
    reopen: async () => {
      await link.close();
      const again = openOn(url, { ...options, nodeId });
      await expect.poll(() => again.link.state, { timeout: 15_000 }).toBe("up");
      const logs = await again.link.use("read", (sql) => selectStoredLogs(sql, nodeId));
      again.store.adopt(logs.map((log) => log.logId));
      return again;
    },
    close: async () => {
      await link.close();
      await onClose();
    },
  };
}
