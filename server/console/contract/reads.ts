/**
 * What is asked of the nodes when somebody looks closer, and never otherwise. It is true of one instant: rows may
 * have gone by the time they are read. Browsers that ask the same at once share one answer.
 */
import type {
  DeferredMessage,
  InFlightMessage,
  LogLine,
  MessageNowAnswer,
  NodeClientRow as NodeClient,
  ProducerRow as NodeProducer,
  OptionValue,
  PoisonMessage,
} from "../../protocol/node-reads.ts";
import type { NodeLimits } from "./nodes.ts";

/** Rows of one view; those that are due first, or published last, are the ones that are here. */
export const readRowsShownMax = 500;
/** A view is asked for again after so long while somebody looks at it. */
export const readEveryMs = 2_000;

/** Why a node has nothing to say: what it is, or what it is not given. `older`: a Weir without this. */
export type ReadLimit = NodeLimits["rule"] | "older";

/** What became of asking one node. */
export interface NodeRead {
  readonly node: string;
  readonly state: "ok" | "unreachable" | "cannot";
  /** With `cannot`. */
  readonly limit: ReadLimit | null;
  /** With `unreachable`, in words. */
  readonly reason: string | null;
  /** Rows it has; null: not known. */
  readonly total: number | null;
}

export interface InFlightRow extends InFlightMessage {
  /** `node id`. */
  readonly key: string;
  readonly node: string;
}

export interface DeferredRow extends DeferredMessage {
  readonly key: string;
  readonly node: string;
}

export interface PoisonRow extends PoisonMessage {
  readonly key: string;
  readonly node: string;
}

export interface InFlightView {
  readonly atMs: number;
  readonly nodes: readonly NodeRead[];
  /** Of the nodes that answered. */
  readonly total: number;
  /** Not everything was looked at: others may be due before those that are here. */
  readonly cut: boolean;
  readonly rows: readonly InFlightRow[];
}

/** The most often tried first. */
export interface PoisonView extends Omit<InFlightView, "rows"> {
  readonly rows: readonly PoisonRow[];
}

export interface DeferredView extends Omit<InFlightView, "rows"> {
  /** Of the total: due so late that only the store has them. */
  readonly inStore: number;
  readonly rows: readonly DeferredRow[];
}

/** Where one message stands now. */
export interface MessageNowView {
  readonly atMs: number;
  readonly nodes: readonly NodeRead[];
  /** Of the node that has it; null: none that answers does. Channels that its reader sees. */
  readonly found: (MessageNowAnswer & { readonly node: string }) | null;
}

export interface ProducerRow extends Omit<NodeProducer, "connectedAtMs"> {
  readonly key: string;
  readonly node: string;
  readonly connectedAtMs: number | null;
  /** Messages a second since it was asked before; null: it was not. */
  readonly rate: number | null;
}

export interface ProducersView {
  readonly atMs: number;
  readonly nodes: readonly NodeRead[];
  readonly total: number;
  readonly rows: readonly ProducerRow[];
}

export interface NodeClientRow extends NodeClient {
  /** Its address. */
  readonly key: string;
}

/** Connections of one node. */
export interface NodeClientsView {
  readonly atMs: number;
  readonly read: NodeRead;
  /** The busiest, at most `readRowsShownMax`. */
  readonly rows: readonly NodeClientRow[];
}

/** One value of an option, and who has it. */
export interface OptionHolders {
  readonly value: OptionValue;
  /** Keys of nodes. */
  readonly nodes: readonly string[];
}

export interface OptionRow {
  /** The option's name, as on the command line. */
  readonly key: string;
  /** `duration`: values are milliseconds. */
  readonly kind: string;
  readonly default: OptionValue;
  readonly isSecret: boolean;
  /** The one most nodes have first. Of a secret: true where it is set. */
  readonly values: readonly OptionHolders[];
}

/** Options of nodes side by side. */
export interface OptionsView {
  readonly atMs: number;
  readonly nodes: readonly NodeRead[];
  readonly options: readonly OptionRow[];
}

export interface LogView {
  readonly atMs: number;
  readonly read: NodeRead;
  /** Latest first. */
  readonly lines: readonly LogLine[];
}

export interface LookupRead {
  readonly key: string;
  /** Why it did not answer; null: it did. */
  readonly reason: string | null;
  readonly tookMs: number;
  readonly topics: number | null;
  /** Nodes it names. */
  readonly producers: number | null;
}

/** A topic that lookups do not agree about. */
export interface DisagreementRow {
  /** The topic. */
  readonly key: string;
  /** Keys of lookups that know it. */
  readonly knownBy: readonly string[];
  /** Nodes that some of them name for it and others do not; empty: they differ in knowing it alone. */
  readonly nodes: readonly { readonly node: string; readonly namedBy: readonly string[] }[];
}

export interface TombstoneRow {
  readonly topic: string;
  readonly node: string;
  readonly lookups: readonly string[];
}

/** What the lookups know, side by side. */
export interface RegistrationsView {
  readonly atMs: number;
  readonly lookups: readonly LookupRead[];
  readonly topicCount: number;
  readonly disagreementCount: number;
  /** The first by name, at most `readRowsShownMax`. */
  readonly disagreements: readonly DisagreementRow[];
  readonly tombstones: readonly TombstoneRow[];
}

/** What Postgres says of itself. null: it may not be seen by this user, or there is none. */
export interface PostgresHealth {
  readonly atMs: number;
  /** The server that is written to. */
  readonly primary: string;
  readonly version: string;
  readonly synchronousCommit: string;
  readonly synchronousStandbyNames: string;
  readonly standbys:
    | readonly {
        readonly name: string;
        readonly state: string;
        readonly sync: string;
        readonly lagBytes: number | null;
        readonly lagMs: number | null;
      }[]
    | null;
  readonly databaseBytes: number;
  /** Bytes of WAL a second since it was asked before. */
  readonly walBytesPerSecond: number | null;
  readonly connectionsOpen: number;
  readonly connectionsMax: number;
  readonly oldestTransactionMs: number | null;
  readonly deadTuples: number;
  readonly liveTuples: number;
}
