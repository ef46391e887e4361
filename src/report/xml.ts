/**
 * Characters that XML 1.0 cannot represent (control characters, unpaired surrogates, U+FFFE and U+FFFF), and
 * other control characters, which it allows and a terminal would act on.
 */
const FORBIDDEN = /[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu;

/** An untrusted text as element content. Characters that XML cannot hold become U+FFFD. */
export function xmlText(text: string): string {
  // `>` as well: `]]>` is not allowed in a text. A bare CR would be read as a newline.
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>\r]/g, reference);
}

/** An untrusted text as an attribute value between double quotes; newlines and tabs survive. */
export function xmlValue(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"\t\n\r]/g, reference);
}

/** ` name="value"` for each attribute that has a value. The names are ours. */
export function xmlAttributes(attributes: Record<string, string | number | undefined>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${xmlValue(String(value))}"`)
    .join('');
}

const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function reference(character: string): string {
  return NAMED[character] ?? `&#${character.charCodeAt(0)};`;
}
