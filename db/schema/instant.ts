import { timestamp } from "drizzle-orm/pg-core";

/** A moment, whatever the session's time zone. */
export const instant = (name: string) => timestamp(name, { withTimezone: true });
