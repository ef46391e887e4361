import { createHash } from 'node:crypto';
import { readAssets } from './assets.js';
import { SANDBOX_BANNER } from './masthead.js';

const STYLES = ['page.css', 'pick.css'];
const SCRIPTS = ['page-elements.js', 'pick.js'];

/** The page on which people choose between two results, and its CSP. @param sandbox whether the sandbox made them */
export async function pickPage(sandbox: boolean): Promise<{ html: string; policy: string }> {
  const { style, script } = await readAssets(STYLES, SCRIPTS);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Which one? · fal-edit</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body class="picking">
<noscript><p class="empty">This page needs its script, and scripts are switched off here.</p></noscript>
${sandbox ? `${SANDBOX_BANNER}\n` : ''}<main id="pick"></main>
<script type="module">${script}</script>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return { html, policy };
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
