import Link from "next/link";
import { paths } from "./paths.ts";

export default function NotFound() {
  return (
    <main className="mx-auto max-w-120 px-6 py-24">
      <title>Not found – Weir</title>
      <h1 className="text-20 font-semibold">There is no such page</h1>
      <p className="mt-2 text-muted">
        The address may be an old one.{" "}
        <Link href={paths.overview} className="text-accent underline">
          Back to the overview
        </Link>
      </p>
    </main>
  );
}
