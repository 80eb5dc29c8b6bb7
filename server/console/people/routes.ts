/** `/api/v1/{users,account,sessions,tokens}`: people, what they may, and what they are signed in with. */
import type { FastifyInstance } from "fastify";
import { accountRoutes } from "./account-routes.ts";
import type { PeopleOptions } from "./kept.ts";
import { sessionRoutes } from "./session-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import { userRoutes } from "./user-routes.ts";

export type { PeopleOptions };

export function peopleRoutes(app: FastifyInstance, options: PeopleOptions): void {
  userRoutes(app, options);
  accountRoutes(app, options);
  sessionRoutes(app, options);
  tokenRoutes(app, options);
}
