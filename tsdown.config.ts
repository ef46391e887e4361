import { builtinModules } from 'node:module';
import { defineConfig } from 'tsdown';
import { MODEL_WORDS } from './src/models/words.js';

/*
 * What a start costs is decided here. A run of the program is short, so that loading it is most of its time:
 * what is pure JavaScript is bundled, into few files, and what an edit never uses is left out.
 */

/**
 * Importing one of Node's own modules makes Node read every property of it, to fill the names of an ES module:
 * for `process` that opens stdin, for `crypto` it loads half of it. Asking for the module itself does not.
 */
const BUILTIN =
  /^import (?:([\w$]+),? ?)?(?:\* as ([\w$]+) ?|\{([^}]*)\} ?)?from ['"]((?:node:)?[a-z/_]+)['"];?$/gm;
const builtins = {
  name: 'builtins',
  // Types are imported as types are.
  renderChunk: (code: string, { fileName }: { fileName: string }) =>
    fileName.endsWith('.d.ts') ? null : code.replace(BUILTIN, withoutFacade),
};

function withoutFacade(
  statement: string,
  whole?: string,
  star?: string,
  names?: string,
  specifier = '',
): string {
  if (!builtinModules.includes(specifier.replace(/^node:/, ''))) return statement;
  // Some chunks call a variable of theirs `process`.
  const module = `globalThis.process.getBuiltinModule(${JSON.stringify(specifier)})`;
  const values = [
    ...[whole, star].flatMap((name) => (name === undefined ? [] : `${name} = ${module}`)),
    ...(names === undefined ? [] : [`{${names.replaceAll(' as ', ': ')}} = ${module}`]),
  ];
  return `const ${values.join(', ')};`;
}

/** What the help says of the models is worked out now, so that the help loads no schema. */
const modelWords = {
  name: 'model-words',
  load: (id: string) =>
    /src\/models\/words\.ts$/.test(id) ? `export const MODEL_WORDS = ${JSON.stringify(MODEL_WORDS)};` : null,
};

/** What comes with a dependency and is never used by us. */
const withoutUnused = {
  name: 'without-unused',
  // The client's websocket side, with a state machine and MessagePack: 8 ms.
  load: (id: string) =>
    /@fal-ai\/client\/src\/realtime\.js$/.test(id)
      ? 'exports.createRealtimeClient = () => ({ connect() { throw new Error("not in this build"); } });'
      : null,
  // commander can start subcommands as programs of their own; ours are functions: 5 ms.
  transform: (code: string, id: string) =>
    /commander\/lib\/command\.js$/.test(id) ? code.replace("require('node:child_process')", '{}') : null,
};

const HELP =
  /src\/(commands\/(at-once|all|command|flag|flags\/.+|.+\/command)|models\/words|terminal\/(help|wrap)|config\/flag-definition|errors\/error|exit-codes|folders|last-words|version)\.ts$|package\.json$/;
const OURS =
  /src\/((context|deadline|light-fetch|main|native-parts|near-name|network-proxy|plain-json|program|secrets|sha256|shell-words|sockets|text|units)|commands\/([^/]+|edit\/.+)|(config|errors|models|fal|images|ledger|edit|terminal)\/.+)\.ts$/;
const THEIRS = /node_modules\/(commander|zod|@fal-ai\/client|eventsource-parser|fastest-levenshtein)\//;
/** Commands about earlier edits, and trust: no edit is to pay for reading them. */
const CONTROL =
  /src\/(config\/trust-store\.ts|commands\/(fetch-jobs\.ts|(requests|status|wait|result|cancel|costs|reconcile|trust|earlier)\/.+)|edit\/(reconcile\/.+|adopt\.ts)|terminal\/table\.ts)$|node_modules\/(p-limit|yocto-queue)\//;
/** Many edits: nothing that one edit needs. What draws or reads a certain format is loaded when it is used. */
const BATCH =
  /src\/(commands\/(batch|rows)\/.+|batch\/(?!manifest\/(csv|yaml)\/|expect\/(measure|change|blank|pixels|picture-reader|input-pixels)).+|ledger\/batch\/(?!(cleaning|notes|rows)\.).+|terminal\/(batch-progress|confirm)\.ts)$|node_modules\/(p-queue|p-timeout|eventemitter3)\//;
/** Deciding and tuning, each in one file: which model, which parameters. */
const DECIDE =
  /src\/(commands\/((models|migrate|compare|sweep|pick)\/.+|(edits-preview|open-page|edit\/model-help)\.ts)|(study|migrate)\/.+|report\/((compare|sweep)\/.+|page\/pick-page\.ts)|models\/(drift\/.+|describe|json-schema)\.ts|fal\/platform\/(search|open-api)\.ts|terminal\/(side-by-side|open|preview)(\.ts|\/.+))$/;
/** Models that are known only by fal's schema. */
const SCHEMA = /src\/(models\/schema\/.+|edit\/models\/.+|fal\/platform\/schema.*)\.ts$/;
/** What decodes pictures: most uploads need none of it. */
const DECODE = /src\/images\/((convert|decode|decodable)|heic\/.+)\.ts$/;
/** What changes results before they are saved, which few edits ask for; cutting metadata out is a part of every one. */
const FINISH =
  /src\/images\/(finish|metadata\/(?!(cut|spans|jpeg-segments|png-chunks|webp-chunks)\.ts$).+)\.ts$/;
/** What draws or measures pictures: loaded by whoever does. */
const MEASURE = /src\/images\/(metrics\/.+|(pixels|drawn-inside)\.ts)$/;
const REPORT = /src\/report\/(?!compare\/|sweep\/|page\/pick-page).+\.ts$/;
const SANDBOX = /src\/(commands\/sandbox\/|sandbox\/)/;

/** Modules of code. The declarations of types stay together, whatever they describe. */
function codeOf(pattern: RegExp): (id: string) => boolean {
  return (id) => !id.endsWith('.d.ts') && pattern.test(id);
}

export default defineConfig({
  entry: ['src/bin.ts', 'src/index.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: true,
  clean: true,
  // V8 reads every character at each start. The names of functions stay, for stack traces.
  minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
  fixedExtension: false,
  plugins: [builtins, modelWords, withoutUnused],
  deps: { alwaysBundle: [/.*/], neverBundle: ['sharp', '@photostructure/sqlite', /^libheif-js/] },
  // Read from beside the program when they are needed: the page's parts, the sheet's font, the thread for HEIC.
  copy: [
    { from: 'src/report/page/assets/*.{css,js}', to: 'dist/assets' },
    { from: 'src/report/contact-sheet/assets/*', to: 'dist/assets' },
    { from: 'src/images/heic/assets/*', to: 'dist/assets' },
  ],
  outputOptions: {
    // Each file more is a round of asynchronous reading: one for the help, one for an edit.
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: 'help', test: codeOf(HELP), priority: 2 },
        { name: 'control', test: codeOf(CONTROL), priority: 2 },
        { name: 'batch', test: codeOf(BATCH), priority: 2 },
        { name: 'decide', test: codeOf(DECIDE), priority: 2 },
        { name: 'schema', test: codeOf(SCHEMA), priority: 2 },
        { name: 'decode', test: codeOf(DECODE), priority: 2 },
        { name: 'finish', test: codeOf(FINISH), priority: 2 },
        { name: 'measure', test: codeOf(MEASURE), priority: 2 },
        { name: 'report', test: codeOf(REPORT), priority: 2 },
        {
          name: 'edit',
          test: (id: string) => (codeOf(OURS)(id) && !SANDBOX.test(id)) || THEIRS.test(id),
          priority: 1,
        },
      ],
    },
  },
});
