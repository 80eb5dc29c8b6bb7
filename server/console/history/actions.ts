/** What operators do that shows in figures. */
import { actionLevels, messageVerbLevels } from "../contract/index.ts";

export const chartedActions: readonly string[] = [
  ...Object.keys(actionLevels).filter((action) => !action.startsWith("create")),
  ...Object.keys(messageVerbLevels).map((verb) => `${verb}-messages`),
  ...["drain", "force-adopt", "test-failover"],
  ...["kick", "tombstone", "requeue", "empty", "delete", "undo"],
];
