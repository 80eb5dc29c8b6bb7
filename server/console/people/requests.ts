/** What may be asked about people, checked. Unknown fields are refused. */
import { z } from "zod";
import {
  firstUser,
  globCharactersMax,
  globPattern,
  globsMax,
  passwordCharactersMax,
  passwordCharactersMin,
  rights,
  roles,
  tokenNameCharactersMax,
  userNamePattern,
} from "../contract/index.ts";

const glob = z
  .string()
  .min(1)
  .max(globCharactersMax)
  .regex(globPattern, "not a name with * for any run of characters");
const globs = z.array(glob).max(globsMax);
const grant = { role: z.enum(roles), topics: globs, channels: globs, readsBodies: z.boolean() };
const password = z
  .string()
  .min(passwordCharactersMin, `at least ${passwordCharactersMin} characters`)
  .max(passwordCharactersMax);

export const newUser = z.strictObject({
  name: z
    .string()
    .regex(userNamePattern, "small letters, digits and . _ @ -, at most 64")
    .refine((name) => name !== firstUser, "that is whom the sign-in links of the data path sign in"),
  ...grant,
});

export const userChange = z.strictObject({
  role: grant.role.optional(),
  topics: globs.optional(),
  channels: globs.optional(),
  readsBodies: z.boolean().optional(),
  disabled: z.boolean().optional(),
});

export const userRemoval = z.strictObject({ confirm: z.strictObject({ name: z.string().max(64) }) });

export const passwordChange = z.strictObject({
  current: z.string().max(passwordCharactersMax).optional(),
  next: password,
});

export const proof = z.strictObject({ password: z.string().min(1).max(passwordCharactersMax) });

export const listQuery = z.strictObject({ of: z.enum(["me", "all"]).default("me") });

export const newApiToken = z.strictObject({
  name: z.string().trim().min(1).max(tokenNameCharactersMax),
  rights: z.array(z.enum(rights)).min(1).max(rights.length),
  topics: globs.min(1),
  channels: globs.min(1),
  days: z.number().int().min(1).max(3_650).nullable(),
});

export const idParam = z.uuid();
export const sessionIdParam = z.string().regex(/^[0-9a-f]{64}$/);
