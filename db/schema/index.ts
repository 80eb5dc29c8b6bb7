export * from "./audit.ts";
export * from "./blocks.ts";
export * from "./console.ts";
export * from "./console-leases.ts";
export * from "./leases.ts";
export * from "./nodes.ts";
export * from "./progress.ts";
export * from "./topology.ts";
