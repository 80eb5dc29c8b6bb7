/** `--base-path`: everything the console has stands under it. */

/** With one slash before and none behind; empty for the root. */
export function basePath(text: string): string {
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 ? "" : `/${parts.join("/")}`;
}

/** The address as routes know it; null: it is not under the base. */
export function withoutBase(url: string, base: string): string | null {
  if (base === "") return url;
  if (!url.startsWith(base)) return null;
  const rest = url.slice(base.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : null;
}

/** The address as the pages' process knows it, which was built for this base: its root has no slash behind. */
export function withBase(url: string, base: string): string {
  if (base === "") return url;
  return url === "/" || url.startsWith("/?") ? base + url.slice(1) : base + url;
}
