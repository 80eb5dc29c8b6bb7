/** Topic and channel names as NSQ has them: 1 to 64 of `.a-zA-Z0-9_-`, `#ephemeral` at the end counted in. */
const nameLengthMax = 64;
const namePattern = /^[.a-zA-Z0-9_-]+(#ephemeral)?$/;

export function isValidName(name: string): boolean {
  return name.length >= 1 && name.length <= nameLengthMax && namePattern.test(name);
}

export function isEphemeral(name: string): boolean {
  return name.endsWith("#ephemeral");
}
