import type { Assets } from './assets.js';
import type { PageHead, ReportHead, ReportItem } from './data.js';
import { escapeHtml } from './html.js';
import { jsonForScript } from './json-block.js';
import { masthead, tableSections } from './masthead.js';
import { policyFor } from './policy.js';

/** The page before its items. */
export function beginning(head: ReportHead, assets: Assets): string {
  const { kind, sandbox, metrics, axes, charts = [] } = head;
  const forScript: PageHead = { kind, sandbox, metrics, axes, charts };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policyFor(assets))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(head.title)} · fal-edit</title>
<link rel="icon" href="data:,">
<style>${assets.style}</style>
</head>
<body>
${masthead(head)}
<noscript><p class="empty">The pictures are listed by a script, and scripts are switched off here.</p></noscript>
<main id="page">${tableSections(head)}</main>
<script type="application/json" id="head">${jsonForScript(forScript)}</script>
<script type="application/json" id="items">
`;
}

/** One item, on a line of its own. */
export function itemLine(item: ReportItem): string {
  return `${jsonForScript(item)}\n`;
}

/** The page after its items. */
export function ending({ script }: Assets): string {
  return `</script>
<script type="module">${script}</script>
</body>
</html>
`;
}
