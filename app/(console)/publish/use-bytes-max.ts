import { apiPaths, type OptionsView, publishBytesMax } from "../../../server/console/contract/index.ts";
import { useRead } from "../../live/use-read.ts";

/** Of one message: what the node takes, or the one that takes least (`--max-msg-size`), and never more than goes from a page. */
export function useBytesMax(node: string): number {
  const { value } = useRead<OptionsView>(apiPaths.options, null);
  const values = value?.options.find(({ key }) => key === "max-msg-size")?.values ?? [];
  const sizes = values
    .filter(({ nodes }) => node === "" || nodes.includes(node))
    .map((one) => one.value)
    .filter((size) => typeof size === "number");
  return Math.min(publishBytesMax, ...sizes);
}
