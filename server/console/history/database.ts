import type { Sql } from "../../../db/client.ts";

/** Statements of what goes on behind the pages, on connections of their own. Rejects at once while Postgres is away. */
export type Database = <T>(act: (sql: Sql) => Promise<T>) => Promise<T>;
