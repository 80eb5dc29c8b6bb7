export { openNodeStore } from "./node-store.ts";
