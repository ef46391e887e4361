import { Hono } from 'hono';
import { json } from './answers.js';
import type { SandboxLedger } from './ledger.js';
import { checkToxic } from './faults/toxic-text.js';
import type { SandboxEnv, World } from './world.js';

/** The sandbox's current record. */
export function readLedger(world: World): SandboxLedger {
  return world.ledger.read(world.jobs.all(), [...world.storage.uploads]);
}

/** `/__sandbox/…`: the record and the faults, for tests in other processes. Neither counted nor proxied. */
export function controlApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  app.get('/__sandbox/ledger', () => json(200, readLedger(world)));
  app.get('/__sandbox/toxics', () => json(200, { toxics: world.faults.list() }));
  app.post('/__sandbox/toxics', async (c) => {
    try {
      world.faults.add(checkToxic(await c.req.json()));
    } catch (error) {
      return json(400, { error: error instanceof Error ? error.message : String(error) });
    }
    return json(201, { toxics: world.faults.list() });
  });
  app.get('/__sandbox/points', () => json(200, { points: world.faults.points.all() }));
  app.delete('/__sandbox/toxics/:name', (c) => {
    const name = c.req.param('name');
    return world.faults.release(name)
      ? json(200, { toxics: world.faults.list() })
      : json(404, { error: `no toxic is named "${name}"` });
  });
  app.delete('/__sandbox/toxics', () => {
    world.faults.clear();
    return json(200, { toxics: [] });
  });
  return app;
}
