import { defineConfig } from 'tsdown';

/*
 * What a start costs is decided here. A run of the program is short, so that loading it is most of its time:
 * what is pure JavaScript is bundled, into few files, and what an edit never uses is left out.
 */

/**
 * Importing Node's `process` as a module makes Node read every property of it, stdin and stdout included, to
 * fill the module's names: 5 ms of each start. The global is the same object.
 */
const GLOBAL_PROCESS = '\0global-process';
const globalProcess = {
  name: 'global-process',
  resolveId: (id: string) => (id === 'node:process' || id === 'process' ? GLOBAL_PROCESS : null),
  load: (id: string) =>
    id === GLOBAL_PROCESS
      ? 'const { process } = globalThis; export default process; export const { env, argv, platform, cwd } = process;'
      : null,
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
  /src\/(commands\/(at-once|help-pages|flag|[a-z-]+-flags)|terminal\/help)(?<!\.d)\.ts$|package\.json$/;
const OURS =
  /src\/((context|errors|exit-codes|light-fetch|main|program)|(commands|config|models|fal|images|edit|terminal)\/.+)(?<!\.d)\.ts$/;
const THEIRS =
  /node_modules\/(commander|zod|@fal-ai\/client|eventsource-parser|fastest-levenshtein|lilconfig|env-paths)\//;
const SANDBOX = /src\/(commands\/sandbox(-settings)?\.ts$|sandbox\/)/;

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
  plugins: [globalProcess, withoutUnused],
  deps: { alwaysBundle: [/.*/], neverBundle: ['sharp'] },
  outputOptions: {
    // Each file more is a round of asynchronous reading: one for the help, one for an edit.
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: 'help', test: HELP, priority: 2 },
        {
          name: 'edit',
          test: (id: string) => (OURS.test(id) && !SANDBOX.test(id)) || THEIRS.test(id),
          priority: 1,
        },
      ],
    },
  },
});
