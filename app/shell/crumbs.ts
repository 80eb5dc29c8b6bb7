import { nameOf, paths } from "../paths.ts";

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

const sections: Readonly<Record<string, Crumb>> = {
  topics: { label: "Topics", href: paths.topics },
  nodes: { label: "Nodes", href: paths.nodes },
  cluster: { label: "Cluster", href: paths.cluster },
  lookup: { label: "Lookup", href: paths.lookup },
  messages: { label: "Trace", href: paths.messages },
  tail: { label: "Tail", href: paths.tail() },
  publish: { label: "Publish", href: paths.publish() },
};

/** Where a page stands, outermost first. */
export function crumbs(pathname: string): readonly Crumb[] {
  const [section, name, , channel] = pathname.split("/").filter(Boolean).map(nameOf);
  const first = Object.hasOwn(sections, section ?? "") ? sections[section ?? ""] : undefined;
  if (first === undefined) return [{ label: "Overview", href: paths.overview }];
  if (name === undefined) return [first];
  const href = first === sections["topics"] ? paths.topic(name) : `${first.href}/${encodeURIComponent(name)}`;
  const trail = [first, { label: name, href }];
  return channel === undefined ? trail : [...trail, { label: channel, href: paths.channel(name, channel) }];
}
