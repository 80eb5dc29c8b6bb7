import { rooms } from "../../../../server/console/contract/index.ts";
import { FailedPage } from "../../../components/failed-page.tsx";
import { nameOf } from "../../../paths.ts";
import { readRoom } from "../../../read/api.ts";
import { Node } from "./node.tsx";

export default async function NodePage({ params }: { params: Promise<{ node: string }> }) {
  const key = nameOf((await params).node);
  const node = await readRoom(rooms.node(key));
  return node.ok ? <Node name={key} rendered={node.value} /> : <FailedPage failure={node.failure} />;
}
