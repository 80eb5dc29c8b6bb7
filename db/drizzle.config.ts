/** For `drizzle-kit generate --config db/drizzle.config.ts`. It never sees a database: `db/migrate.ts` applies. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./db/schema/index.ts",
  out: "./db/migrations",
});
