"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../components/classes.ts";
import { crumbs } from "./crumbs.ts";

export function Breadcrumbs() {
  const trail = crumbs(usePathname());
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 text-13">
        {trail.map((crumb, at) => (
          <li
            key={crumb.href}
            className={cn("flex items-center gap-1.5 not-last:max-sm:hidden", at > 0 && "min-w-0")}
          >
            {at > 0 && (
              <span aria-hidden="true" className="text-muted max-sm:hidden">
                /
              </span>
            )}
            {at === trail.length - 1 ? (
              <span aria-current="page" className="truncate font-medium">
                {crumb.label}
              </span>
            ) : (
              <Link
                href={crumb.href}
                className={cn("text-muted hover:text-text hover:underline", at > 0 && "truncate")}
              >
                {crumb.label}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
