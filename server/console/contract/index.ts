/** The one contract between the console's server and its pages. Imports nothing but the protocol's types. */
export * from "./api.ts";
export * from "./audit.ts";
export * from "./cluster.ts";
export * from "./consume.ts";
export * from "./figures.ts";
export * from "./history.ts";
export * from "./jobs.ts";
export * from "./messages.ts";
export * from "./nodes.ts";
export * from "./people.ts";
export * from "./permissions.ts";
export * from "./reads.ts";
export * from "./rooms.ts";
export * from "./socket.ts";
export * from "./tables.ts";
export * from "./views.ts";
export * from "./windows.ts";
