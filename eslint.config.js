import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** The layers, from the top: a file may import from its own layer and from those below it. */
const LAYERS = [
  ['bin', 'main', 'program', 'index', 'library'],
  ['commands'],
  ['terminal', 'sandbox', 'report'],
  ['batch', 'study', 'migrate'],
  ['edit'],
  ['models', 'fal', 'images', 'ledger'],
  ['config'],
  [
    'compile-cache',
    'context',
    'units',
    'errors',
    'exit-codes',
    'folders',
    'light-fetch',
    'deadline',
    'near-name',
    'network-proxy',
    'plain-json',
    'secrets',
    'sha256',
    'shell-words',
    'sockets',
    'text',
    'tunnel',
    'version',
  ],
];

/** `edit/` knows no argv and prints nothing; `models/` is pure; nothing below reaches up. */
const layerRules = LAYERS.flatMap((names, depth) => {
  const above = LAYERS.slice(0, depth).flat();
  if (above.length === 0) return [];
  return [
    {
      files: names.flatMap((name) => [`src/${name}/**/*.ts`, `src/${name}.ts`]),
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                regex: `^(\\.\\./|\\./)+(${above.join('|')})(/|\\.js$)`,
                message: 'Imports point down the list of layers (eslint.config.js).',
              },
            ],
          },
        ],
      },
    },
  ];
});

const EFFECTS =
  'Effects appear in bin.ts and in the system context alone: take it from the Context that was passed in.';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {
        ...{ process: 'readonly', console: 'readonly', performance: 'readonly' },
        ...{ Buffer: 'readonly', fetch: 'readonly' },
      },
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/bin.ts', 'src/context.ts', 'src/sandbox/clock.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'console', 'fetch'].map((name) => ({ name, message: EFFECTS })),
      ],
      'no-restricted-properties': [
        'error',
        ...[
          ['Date', 'now'],
          ['Math', 'random'],
          ['performance', 'now'],
        ].map(([object, property]) => ({ object, property, message: EFFECTS })),
      ],
    },
  },
  ...layerRules,
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  prettier,
);
