/** Rows that more than one role's table has. */
import { ValueError } from "../protocol/go-values.ts";
import { flag, list, type Option, ours, text, word } from "./option.ts";

export const configFile = text("", "path of a TOML file with these options");
export const version = flag(false, "print the version and exit");
export const logLevel = word(
  ["debug", "info", "warn", "error", "fatal"],
  "info",
  "least severe lines to log",
);

export const databaseUrl: Option<string> = {
  default: "",
  help: "Postgres, as postgres://user:password@host/database; better given in the environment, where ps does not show it",
  kind: "string",
  env: "DATABASE_URL",
  secret: true,
  parse: (value) => {
    if (value !== "" && !/^postgres(ql)?:\/\//.test(value))
      throw new ValueError("must begin with postgres://");
    return value;
  },
};

export const durableTopics = ours(
  "durable-topics",
  list("pattern, with * and ?, of topics whose publishes are answered when the database has them"),
);

export const environment = ours(
  "environment",
  text("", "what this system is, shown on every page of the console: production, staging, test"),
);

export const secretFile = ours(
  "cluster-secret-file",
  text("", "file with the secret that nodes and consoles of the cluster share; without one /v1 is closed", {
    existing: "file",
  }),
);

export const httpAllowedHost = ours(
  "http-allowed-host",
  list("Host header to accept beside addresses, single-label names and this host's own name"),
);
