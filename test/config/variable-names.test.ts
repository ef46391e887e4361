import { describe, expect, it, test } from 'vitest';
import { nearName } from '../../src/near-name.js';
import { settingsIn } from './world.js';

describe('a variable that no command reads', () => {
  test.each([
    ['FAL_EDIT_MAXCOST', 'FAL_EDIT_MAX_COST'],
    ['FAL_EDIT_MAX_COSTS', 'FAL_EDIT_MAX_COST'],
    ['FAL_EDIT_MAX_COST_USD', 'FAL_EDIT_MAX_COST'],
    ['FAL_EDIT_max_cost', 'FAL_EDIT_MAX_COST'],
    ['FAL_EDIT_DAYLY_CAP', 'FAL_EDIT_DAILY_CAP'],
    ['FAL_EDIT_MAX_JOB', 'FAL_EDIT_MAX_JOBS'],
    ['FAL_EDIT_MAX_FAILURE', 'FAL_EDIT_MAX_FAILURES'],
    ['FAL_EDIT_SANDBX', 'FAL_EDIT_SANDBOX'],
    ['FAL_EDIT_DRYRUN', 'FAL_EDIT_DRY_RUN'],
  ])('%s, close to what limits the cost, is refused', async (name, meant) => {
    const refused = { kind: 'usage', message: expect.stringContaining(meant) };
    await expect(settingsIn({ env: { [name]: '1' } })).rejects.toMatchObject(refused);
    await expect(settingsIn({ dotenv: `${name}=1` })).rejects.toMatchObject(refused);
    // A command that has no such limit runs.
    expect((await settingsIn({ env: { [name]: '1' }, own: [] })).warnings).toEqual([
      `${name} is not a setting of fal-edit and has no effect. Did you mean ${meant}?`,
    ]);
  });

  test.each([
    ['FAL_EDIT_STEP', ' Did you mean FAL_EDIT_STEPS?'],
    ['FAL_EDIT_NUM_IMAGE', ' Did you mean FAL_EDIT_NUM_IMAGES?'],
    ['FAL_EDIT_ELEPHANT', ''],
    ['FAL_EDIT_FOO', ''],
  ])('%s is a warning, with the nearest name where one is close', async (name, hint) => {
    const warning = ` is not a setting of fal-edit and has no effect.${hint}`;
    expect((await settingsIn({ env: { [name]: '1' } })).warnings).toEqual([`${name}${warning}`]);
    expect((await settingsIn({ dotenv: `${name}=1` })).warnings).toEqual([`${name} (in .env)${warning}`]);
  });

  it('says nothing of what is empty, of another program, or of another command', async () => {
    const env = {
      FAL_EDIT_MAXCOST: '',
      FAL_EDITOR: 'x',
      FAL_EDIT_STATE_DIR: '/x',
      FAL_EDIT_TOXIC: 'timeout',
    };
    expect((await settingsIn({ env, own: [] })).warnings).toBeUndefined();
  });
});

test.each([
  ['stepps', 'steps'],
  ['max_cost', 'max-cost'],
  ['maxCost', 'max-cost'],
  ['api_key', undefined],
  ['zebra', undefined],
])('of the flags, %s is close to %s', (name, near) => {
  expect(nearName(name, ['steps', 'max-cost', 'size', 'set'])).toBe(near);
});
