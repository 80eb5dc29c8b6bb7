/** What operators do that shows in figures. */
import { actionLevels } from "../contract/index.ts";

export const chartedActions: readonly string[] = [
  ...Object.keys(actionLevels).filter((action) => !action.startsWith("create")),
  ...["drain", "kick", "kick-client", "tombstone", "untombstone", "requeue", "empty", "delete", "undo"],
];
