import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

const merge = extendTailwindMerge({
  extend: { theme: { text: ["11", "12", "13", "14", "16", "20", "28"], radius: ["control", "card"] } },
});

/** Joins class names; a later one wins over an earlier one for the same property. */
export function cn(...values: ClassValue[]): string {
  return merge(clsx(values));
}
