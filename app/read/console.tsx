"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { ConsoleInfo } from "../../server/console/contract/index.ts";

const Context = createContext<ConsoleInfo>({ version: "", environment: "" });

export function ConsoleProvider({ info, children }: { info: ConsoleInfo; children: ReactNode }) {
  return <Context.Provider value={info}>{children}</Context.Provider>;
}

/** Which console this is: its version, and the environment it was started for. */
export function useConsole(): ConsoleInfo {
  return useContext(Context);
}
