/*
 * What holds after every file of tests, whatever it is about (vitest.config.ts): many files run in one process, so
 * each leaves that as it found it. A sandbox is looked at when it closes (./sandbox.ts), and a folder when it goes
 * away (./temp-dir.ts).
 */
import { afterAll, expect } from 'vitest';

/** Set by sharp when it is loaded. */
const VIPS = 'VIPSHOME';

/** What a file of tests can change for those after it, by name. */
function ofTheProcess(): Map<string, unknown> {
  const globals = { fetch, Request, Response, setTimeout, Date, console };
  return new Map<string, unknown>([
    ['the working directory', process.cwd()],
    ['the exit code', process.exitCode],
    ...Object.entries(globals),
    ...Object.entries(process.env)
      .filter(([name]) => name !== VIPS)
      .map(([name, value]): [string, unknown] => [`$${name}`, value]),
    ...process
      .eventNames()
      .map((event): [string, unknown] => [`listeners of ${String(event)}`, process.listenerCount(event)]),
  ]);
}

const before = ofTheProcess();

afterAll(() => {
  const after = ofTheProcess();
  const names = [...new Set([...before.keys(), ...after.keys()])];
  // Their names alone: a value may be a secret of whoever runs the tests.
  expect(
    names.filter((name) => before.get(name) !== after.get(name)),
    'what the tests of this file have changed in the process',
  ).toEqual([]);
});
