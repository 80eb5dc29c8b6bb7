/** The broker's word for them; clients, who import no broker, judge by the same. */
export { isEphemeral, isValidName } from "../protocol/names.ts";
