// INTERIM, uncommitted, by the lead, so that the node starts while the real one is being written. Store owner: overwrite this file.
import { MemoryStore } from "./memory-store.ts";
import type { NodeStore, NodeStoreOptions } from "./node-store.ts";

export async function openNodeStore(_options: NodeStoreOptions): Promise<NodeStore> {
  const backlog = new MemoryStore();
  let id = 1;
  return {
    identity: "00000000-0000-0000-0000-000000000000",
    metadata: { topics: [], attach() {}, changed() {}, async flush() {} },
    backlog,
    logIds: { next: () => id++ },
    onLogIdsLost: null,
    holdsBlocks: false,
    status: () => ({
      kind: "memory",
      state: "up",
      sinceMs: 0,
      reason: null,
      writingBytes: 0,
      auditLagMs: 0,
      auditEvents: 0,
      auditGaps: 0,
      commitP50Ms: null,
      commitP99Ms: null,
    }),
    attachAudit(ring) {
      setInterval(() => ring.drain(ring.waiting), 100);
    },
    async load() {
      return { topics: [], clean: true };
    },
    async saveCheckpoint() {},
    async close() {},
  };
}
