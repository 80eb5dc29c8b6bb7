import { MemoryStore } from "./memory-store.ts";
import { type OpenedStore, storeContract } from "./store-contract.ts";

const open = async (): Promise<OpenedStore> => ({
  backlog: new MemoryStore(),
  reopen: open,
  close: async () => {},
});

storeContract(open, { lasts: false });
