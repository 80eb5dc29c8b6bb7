"use client";

import { useCallback, useSyncExternalStore } from "react";

const never = () => () => {};

/** False while the page is what the server rendered, true once the browser has taken over. */
export function useAwake(): boolean {
  return useSyncExternalStore(
    never,
    useCallback(() => true, []),
    () => false,
  );
}
