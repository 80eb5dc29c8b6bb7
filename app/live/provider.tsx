"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { io } from "socket.io-client";
import type { SessionInfo, Snapshot } from "../../server/console/contract/index.ts";
import { base } from "../base.ts";
import { type LiveSocket, LiveStore } from "./store.ts";

interface LiveContext {
  readonly store: LiveStore;
  readonly session: SessionInfo;
  /** The state of everything as this page was rendered with it. */
  readonly status: Snapshot<"status">;
}

/** A line that was taken and never greeted is given up, so that another is tried. */
const handshakeMsMax = 5_000;

const Context = createContext<LiveContext | null>(null);

export function LiveProvider({
  session,
  status,
  children,
}: {
  session: SessionInfo;
  status: Snapshot<"status">;
  children: ReactNode;
}) {
  const [store] = useState(() => {
    // Reconnecting is the store's, which says when the next attempt is due.
    const socket: LiveSocket = io({
      path: `${base}/socket.io`,
      autoConnect: false,
      reconnection: false,
      transports: ["websocket"],
      timeout: handshakeMsMax,
    });
    return new LiveStore(socket);
  });
  useEffect(() => store.open(), [store]);

  return <Context.Provider value={{ store, session, status }}>{children}</Context.Provider>;
}

export function useLive(): LiveContext {
  const live = useContext(Context);
  if (live === null) throw new Error("useLive needs a LiveProvider above it");
  return live;
}
