import { describe, expect, it, test } from 'vitest';
import { ownNames } from '../../../src/edit/models/own-names.js';
import { settingsIn, type World } from '../../config/world.js';

const namesIn = async (world: World) => [
  ...ownNames((await settingsIn({ own: ['model'], ...world })).modelNames ?? []),
];

describe('the user’s own names for models', () => {
  it('come from both config files; a trusted project wins', async () => {
    const world = {
      user: { models: { brush: 'acme/paint/edit', filler: 'acme/fill' } },
      project: { models: { brush: 'acme/brush/lora' }, model: 'brush' },
      trusted: true,
    };
    expect(await namesIn(world)).toEqual([
      ['brush', 'acme/brush/lora'],
      ['filler', 'acme/fill'],
    ]);
  });

  it('in the user’s own file may redefine ours', async () => {
    expect(await namesIn({ user: { models: { kontext: 'acme/fill' } } })).toEqual([['kontext', 'acme/fill']]);
  });

  it('in an untrusted file may only add to the known ones', async () => {
    const user = { models: { brush: 'acme/paint/edit' } };
    const add = { models: { filler: 'acme/fill', brush: 'acme/paint/edit' } };
    expect(await namesIn({ user, project: add })).toContainEqual(['filler', 'acme/fill']);
    for (const name of ['brush', 'kontext']) {
      await expect(namesIn({ user, project: { models: { [name]: 'evil/x' } } })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(
          new RegExp(
            `^"models" in .*fal-edit.config.json: ${name} is refused until you trust .* no longer mean`,
          ),
        ),
        hint: expect.stringMatching(/fal-edit trust .*--trust-project/),
      });
    }
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['the name of a listed model', { 'flux-dev': 'acme/fill' }, /flux-dev is a listed model/],
    ['a name with a slash', { 'acme/x': 'acme/fill' }, /"acme\/x" is no name/],
    ['an id that is no text', { x: 7 }, /x must be an endpoint id such as .*, not 7/],
    ['an id that leaves its path', { x: 'acme/../secret' }, /not "acme\/\.\.\/secret"/],
    ['an id with a query', { x: 'acme/a?b' }, /not "acme\/a\?b"/],
  ])('%s is refused', async (_, models, message) => {
    for (const file of ['user', 'project'] as const) {
      await expect(namesIn({ [file]: { models } })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(message),
      });
    }
  });
});
