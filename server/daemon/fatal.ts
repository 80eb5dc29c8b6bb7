/** Whatever state a fault left behind cannot be trusted: the process says so and ends, and is started again. */
export function endOnFault(log: (level: "fatal", text: string) => void): void {
  process.on("uncaughtException", (error) => {
    log("fatal", error.stack ?? String(error));
    process.exit(1);
  });
}
