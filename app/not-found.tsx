import Link from "next/link";
import { paths } from "./paths.ts";
import { readLocale, words } from "./words/server.ts";

export default async function NotFound() {
  const t = words(await readLocale(), "states");
  return (
    <main className="mx-auto max-w-120 px-6 py-24">
      <title>{t("lost.tab")}</title>
      <h1 className="text-20 font-semibold">{t("lost.title")}</h1>
      <p className="mt-2 text-muted">
        {t("lost.text")}{" "}
        <Link href={paths.overview} className="text-accent underline">
          {t("lost.back")}
        </Link>
      </p>
    </main>
  );
}
