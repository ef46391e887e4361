/**
 * Characters that XML 1.0 cannot represent (control characters, unpaired surrogates, U+FFFE and U+FFFF), and
 * other control characters, which it allows and a terminal would act on.
 */
const FORBIDDEN = /[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu;

/** A text from outside as the content of an element. What XML cannot hold becomes U+FFFD. */
export function xmlText(text: string): string {
  // `>` as well: `]]>` may not stand in a text. A bare CR would be read as a newline.
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>\r]/g, reference);
}

/** A text from outside as the value of an attribute between double quotes; newlines and tabs survive. */
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
