/** Colour profiles built by hand, independently of the code that they test. */

/** Red, green and blue of sRGB as XYZ under D50. */
export const SRGB = [
  [0.436_07, 0.222_49, 0.013_92],
  [0.385_15, 0.716_87, 0.097_08],
  [0.143_07, 0.060_61, 0.714_1],
];

const element = (type: string, bytes: number) => {
  const data = Buffer.alloc(bytes);
  data.write(type, 'latin1');
  return data;
};

export function xyz(values: readonly number[] = []): Buffer {
  const data = element('XYZ ', 20);
  values.forEach((value, index) => data.writeInt32BE(Math.round(value * 65_536), 8 + index * 4));
  return data;
}

/** A table of 16-bit numbers; one number is a gamma times 256. */
export function curv(values: readonly number[]): Buffer {
  const data = element('curv', 12 + values.length * 2);
  data.writeUInt32BE(values.length, 8);
  values.forEach((value, index) => data.writeUInt16BE(Math.round(value), 12 + index * 2));
  return data;
}

export function para(kind: number, parameters: readonly number[]): Buffer {
  const data = element('para', 12 + parameters.length * 4);
  data.writeUInt16BE(kind, 8);
  parameters.forEach((value, index) => data.writeInt32BE(Math.round(value * 65_536), 12 + index * 4));
  return data;
}

/** A description of version 2. */
export function description(text: string): Buffer {
  const data = element('desc', 12 + text.length + 1 + 78);
  data.writeUInt32BE(text.length + 1, 8);
  data.write(text, 12, 'latin1');
  return data;
}

/** A description of version 4, by language. */
export function mluc(names: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(names);
  const head = element('mluc', 16 + entries.length * 12);
  head.writeUInt32BE(entries.length, 8);
  head.writeUInt32BE(12, 12);
  const texts = entries.map(([, text]) => Buffer.from(text, 'utf16le').swap16());
  let at = head.length;
  entries.forEach(([language], index) => {
    const length = texts[index]?.length ?? 0;
    head.write(`${language}XX`, 16 + index * 12, 'latin1');
    head.writeUInt32BE(length, 20 + index * 12);
    head.writeUInt32BE(at, 24 + index * 12);
    at += length;
  });
  return Buffer.concat([head, ...texts]);
}

export function profileOf(space: string, tags: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(tags);
  const table = Buffer.alloc(4 + entries.length * 12);
  table.writeUInt32BE(entries.length, 0);
  let at = 128 + table.length;
  entries.forEach(([name, data], index) => {
    table.write(name, 4 + index * 12, 'latin1');
    table.writeUInt32BE(at, 8 + index * 12);
    table.writeUInt32BE(data.length, 12 + index * 12);
    at += data.length;
  });
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.writeUInt32BE(0x02_10_00_00, 8);
  header.write(`mntr${space}XYZ `, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  // D50, without which Chromium ignores the profile.
  [0.964_2, 1, 0.824_91].forEach((value, index) =>
    header.writeInt32BE(Math.round(value * 65_536), 68 + index * 4),
  );
  return Buffer.concat([header, table, ...entries.map(([, data]) => data)]);
}

/** A profile of three colorants and one curve. */
export function matrixProfile(
  [red, green, blue]: readonly (readonly number[])[],
  curve: Buffer,
  desc: Buffer,
): Buffer {
  return profileOf('RGB ', {
    desc,
    rXYZ: xyz(red),
    gXYZ: xyz(green),
    bXYZ: xyz(blue),
    rTRC: curve,
    gTRC: curve,
    bTRC: curve,
  });
}
