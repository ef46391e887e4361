/** `owner/app`, with further path segments: letters, digits, dots, dashes and underscores. */
const ENDPOINT_ID = /^[a-z0-9][a-z0-9._-]{0,63}(\/[a-z0-9][a-z0-9._-]{0,63}){1,7}$/;

/**
 * Whether a text can be the id of an endpoint, such as `fal-ai/flux-pro/kontext`. Checked before an id gets into a URL
 * or the name of a file: no dot-only segments, no escapes, no query.
 */
export function isEndpointId(text: string): boolean {
  return ENDPOINT_ID.test(text);
}
