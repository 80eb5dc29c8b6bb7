import { MemoryStore } from "./memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract(async () => ({ backlog: new MemoryStore(), reopen: null, close: async () => {} }));
