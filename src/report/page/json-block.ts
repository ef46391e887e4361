/**
 * A value as JSON on one line, for a `<script>` element: without `<`, so that no text in it can end the element or
 * open a comment, and without the line ends that JavaScript has and JSON does not.
 */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
