import type { Refusal, RefusalCode } from "../../../client/browser/protocol.ts";

export const refused = (code: RefusalCode, message: string): Refusal => ({ ok: false, code, message });
