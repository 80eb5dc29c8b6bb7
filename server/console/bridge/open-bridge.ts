/** Everything of the bridge, put together: its tokens, its sockets, its routes. */
import type { FastifyInstance } from "fastify";
import type { ActionLog } from "../api/action-log.ts";
import type { Sessions } from "../auth/sessions.ts";
import { Bridge, type BridgeOptions } from "./bridge.ts";
import { MemoryTokens } from "./memory-tokens.ts";
import { bridgeRoutes } from "./routes.ts";
import { BridgeTokens, type TokenStore } from "./tokens.ts";

export interface OpenBridgeOptions extends Omit<BridgeOptions, "tokens"> {
  /** null: started without Postgres. */
  readonly store: TokenStore | null;
  readonly sessions: Sessions;
  readonly log: ActionLog;
}

export interface OpenBridge {
  readonly bridge: Bridge;
  readonly addRoutes: (app: FastifyInstance) => void;
}

export function openBridge({ store, sessions, log, ...options }: OpenBridgeOptions): OpenBridge {
  const { clock } = options;
  const tokens = new BridgeTokens(store ?? new MemoryTokens(), clock);
  const bridge = new Bridge({ ...options, tokens });
  // What a person's page was given ends with the person's session.
  sessions.onEnd((id) => bridge.revoked(({ by }) => by.kind === "session" && by.id === id));
  return {
    bridge,
    addRoutes: (app) => bridgeRoutes(app, { bridge, tokens, log, wallMs: () => clock.wallMs() }),
  };
}
