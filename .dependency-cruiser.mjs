/* What eslint does not see: import circles, those of types included. */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'What two files need of each other stands in a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
