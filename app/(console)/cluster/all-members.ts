"use client";

import { createContext, useContext } from "react";
import type { ClusterNodeRow } from "../../../server/console/contract/index.ts";

/** All nodes: what can be done with one depends on the others. */
export const AllMembers = createContext<readonly ClusterNodeRow[]>([]);

export const useAllMembers = () => useContext(AllMembers);
