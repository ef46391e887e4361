import { defineConfig } from 'tsdown';

/**
 * Two entries: the program and the library. What is pure JavaScript is bundled, because a start that reads
 * a few files is several times faster than one that walks node_modules; what holds machine code stays outside.
 */
export default defineConfig({
  entry: ['src/bin.ts', 'src/index.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: true,
  clean: true,
  minify: false,
  fixedExtension: false,
  deps: { alwaysBundle: [/.*/], neverBundle: ['sharp'] },
});
