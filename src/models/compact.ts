/** The object without the properties that are undefined: what the user did not set is not sent. */
export function compact(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
