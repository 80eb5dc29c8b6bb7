// Loaded into the pages' process before anything else: it ends when the console does, however that ended.
process.once("disconnect", () => process.exit(0));
