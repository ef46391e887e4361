const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Any text as HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** An untrusted text with its own reading direction, unable to change that of its neighbours. */
export function untrusted(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}
