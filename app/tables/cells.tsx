import Link from "next/link";
import { visible } from "../live/visible.ts";
import { paths } from "../paths.ts";

/** A node's name beside what the row is about; it leads to the node. */
export function NodeLink({ node }: { node: string }) {
  return (
    <Link href={paths.node(node)} className="font-mono text-12 hover:text-accent hover:underline">
      {node}
    </Link>
  );
}

/** A client by its id, with what else is known of it behind. */
export function ClientName({ clientId, notes }: { clientId: string; notes: readonly string[] }) {
  return (
    <span className="flex items-baseline gap-2">
      <span className="truncate font-mono" title={clientId}>
        {visible(clientId)}
      </span>
      <span className="truncate text-12 text-muted">
        {visible(notes.filter((note) => note !== "" && note !== clientId).join(" · "))}
      </span>
    </span>
  );
}

/** What a client said of itself, such as its user agent: cut where it is long. */
export function Told({ text }: { text: string }) {
  return (
    <span className="block max-w-56 truncate font-mono text-12" title={text}>
      {visible(text)}
    </span>
  );
}
