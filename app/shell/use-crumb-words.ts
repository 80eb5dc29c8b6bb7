import { useWords } from "../words/index.ts";
import type { Crumb } from "./crumbs.ts";

/** How a crumb is called: names as they are, places and the settings' pages in the reader's language. */
export function useCrumbWords(): (crumb: Crumb) => string {
  const t = useWords("shell");
  const settings = useWords("settings");
  return ({ label }) => {
    if ("name" in label) return label.name;
    return "section" in label ? settings(`section.${label.section}`) : t(`place.${label.place}`);
  };
}
