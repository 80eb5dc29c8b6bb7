/** What happened while something was charted: acts of operators, take-overs, starts of nodes. Newest first, bounded. */
import { type Sql, withDeadline } from "../statement.ts";
import { type ConsoleTerm, termPart } from "./console-leases.ts";

const statementMs = 5_000;

export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
  readonly limit: number;
}

export interface ActionMark {
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
  readonly result: string;
}

/** What operators did: everywhere, to one topic with its channels, to one channel or its topic, or to one node. */
export async function selectActionMarks(
  sql: Sql,
  actions: readonly string[],
  place: { readonly topic?: string; readonly channel?: string; readonly node?: string },
  { from, to, limit }: TimeRange,
): Promise<ActionMark[]> {
  const { topic = null, channel = null, node = null } = place;
  const rows = await withDeadline(
    sql<ActionMark[]>`select at, actor, action, topic, channel, node, result from operator_actions
      where at >= ${from} and at < ${to}
        and action in (select jsonb_array_elements_text(${JSON.stringify(actions)}::text::jsonb))
        and (${topic}::text is null or topic = ${topic})
        and (${channel}::text is null or channel is null or channel = ${channel})
        and (${node}::text is null or node = ${node})
      order by at desc limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

export interface AdoptionMark {
  readonly at: Date;
  /** Of the node that was taken over from, and of the one that did. */
  readonly nodeId: string;
  readonly adopterId: string;
  readonly of: string | null;
  readonly by: string | null;
  readonly logs: number;
}

/** Take-overs, of all nodes or of those in which one took part. */
export async function selectAdoptionMarks(
  sql: Sql,
  nodeId: string | null,
  { from, to, limit }: TimeRange,
): Promise<AdoptionMark[]> {
  const rows = await withDeadline(
    sql<AdoptionMark[]>`select a.at, a.node_id as "nodeId", a.adopter_id as "adopterId",
        o.hostname as of, b.hostname as by, a.logs
      from adoptions a left join nodes o on o.id = a.node_id left join nodes b on b.id = a.adopter_id
      where a.at >= ${from} and a.at < ${to}
        and (${nodeId}::uuid is null or a.node_id = ${nodeId} or a.adopter_id = ${nodeId})
      order by a.at desc limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

export interface NodeStart {
  readonly node: string;
  readonly at: Date;
}

export async function insertNodeStart(sql: Sql, term: ConsoleTerm, { node, at }: NodeStart): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)}
      insert into node_starts (node, at) select ${node}, ${at}::timestamptz from term on conflict do nothing`,
    statementMs,
  );
}

export async function selectNodeStarts(
  sql: Sql,
  node: string | null,
  { from, to, limit }: TimeRange,
): Promise<NodeStart[]> {
  const rows = await withDeadline(
    sql<NodeStart[]>`select node, at from node_starts
      where at >= ${from} and at < ${to} and (${node}::text is null or node = ${node})
      order by at desc limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

export async function forgetNodeStarts(sql: Sql, term: ConsoleTerm, before: Date): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)} delete from node_starts where at < ${before} and exists (select from term)`,
    statementMs,
  );
}
