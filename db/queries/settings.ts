/** What operators have set for all consoles: a value of JSON by name. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 5_000;

/** null: nobody has set it. */
export async function selectSetting(sql: Sql, name: string): Promise<unknown> {
  const rows = await withDeadline(
    sql<{ value: string }[]>`select value::text from console_settings where name = ${name}`,
    statementMs,
  );
  return rows[0] === undefined ? null : (JSON.parse(rows[0].value) as unknown);
}

export async function upsertSetting(sql: Sql, name: string, value: object): Promise<void> {
  await withDeadline(
    sql`insert into console_settings (name, value) values (${name}, ${JSON.stringify(value)}::text::jsonb)
      on conflict (name) do update set value = excluded.value, set_at = now()`,
    statementMs,
  );
}
