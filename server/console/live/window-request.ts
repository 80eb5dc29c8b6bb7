/** What a page may ask of a window: it comes from browsers. */
import { z } from "zod";
import { windowRowsMax, windowTextMax } from "../contract/index.ts";

const sort = z.string().max(200).optional();
const q = z.string().max(windowTextMax).optional();
const states = z.array(z.string().max(32)).max(16);
const columns = z.array(z.string().max(32)).max(64);
const list = z
  .string()
  .max(1_000)
  .transform((text) => text.split(",").filter((part) => part !== ""));
const offset = z.int().min(0).max(1_000_000);
const limit = z.int().min(1).max(windowRowsMax);

/** Of `WindowRequest`, on the socket. */
export const windowFields = {
  sort,
  q,
  state: states.optional(),
  offset: offset.optional(),
  limit: limit.optional(),
  columns: columns.optional(),
  hold: z.boolean().optional(),
  order: z.int().optional(),
};

/** In an address: `?q=&state=paused,backlog&sort=-depth&offset=0&limit=60`. What else is there is ignored. */
export const windowOfQuery = z.object({
  sort,
  q,
  state: list.pipe(states).optional(),
  columns: list.pipe(columns).optional(),
  offset: z.coerce.number().pipe(offset).optional(),
  limit: z.coerce.number().pipe(limit).optional(),
});
