import { describe, expect, it, test } from 'vitest';
import { readYaml, type Action, type Step } from './action-file.js';

const { text, content: action } = readYaml<Action>('action.yml');
const { steps } = action.runs;

interface Workflow {
  concurrency: { 'cancel-in-progress': boolean };
  jobs: Record<
    string,
    {
      needs?: string;
      if?: string;
      strategy?: { 'fail-fast': boolean; matrix: { shard: number[] } };
      steps: Step[];
    }
  >;
}

interface GitlabJob {
  parallel?: number;
  when?: string;
  needs?: string[];
  interruptible?: boolean;
  script: string[];
  cache?: { key: string; paths: string[]; when: string };
  artifacts: { when: string; paths: string[]; reports?: { junit: string } };
}

/** What is named after such a word anywhere in the file, as `name` in `inputs.name`. */
function named(source: string, word: string): string[] {
  return [
    ...new Set([...source.matchAll(new RegExp(`\\b${word}\\.([a-z-]+)`, 'g'))].map(([, name = '']) => name)),
  ];
}

describe('action.yml', () => {
  it('is a composite action with these inputs and outputs', () => {
    expect(action.runs.using).toBe('composite');
    expect(Object.keys(action.inputs)).toEqual([
      ...['manifest', 'out-dir', 'shard', 'max-cost', 'args', 'junit', 'cache', 'cache-key', 'artifact'],
      ...['fal-key', 'node-version'],
    ]);
    expect(Object.keys(action.outputs)).toEqual([
      ...['exit-code', 'out-dir', 'done', 'failed', 'cost-usd', 'summary'],
    ]);
    const required = Object.entries(action.inputs).filter(([, input]) => input.required === true);
    expect(required.map(([name]) => name)).toEqual(['manifest']);
  });

  it('uses every input that it has, and no other', () => {
    expect(named(text, 'inputs').sort()).toEqual(Object.keys(action.inputs).sort());
  });

  it('runs no script that an input could become a part of', () => {
    const scripts = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(scripts).toHaveLength(4);
    for (const script of scripts) expect(script).not.toContain('${{');
  });

  it('never trusts the settings files of the checkout, which a fork may have written', () => {
    const scripts = steps.map(({ run, env }) => `${run ?? ''} ${JSON.stringify(env ?? {})}`).join('\n');
    const commands = scripts.replace(/^\s*#.*$/gm, '');
    expect(commands).not.toMatch(/trust/i);
  });

  it('says with which shell a script is run', () => {
    for (const { run, shell } of steps) expect(shell).toBe(run === undefined ? undefined : 'bash');
  });

  it('takes outputs of steps that came before', () => {
    const known = new Set<string>();
    for (const step of steps) {
      for (const id of named(JSON.stringify(step), 'steps')) expect(known).toContain(id);
      if (step.id !== undefined) known.add(step.id);
    }
    for (const { value } of Object.values(action.outputs))
      expect(value).toMatch(/^\$\{\{ steps\.batch\.outputs\.[a-z-]+ \}\}$/);
  });

  it('gives the key to the environment of the batch alone, and masks it first', () => {
    const having = steps.filter((step) => JSON.stringify(step.env ?? {}).includes('inputs.fal-key'));
    expect(having.map(({ name }) => name)).toEqual([steps[0]!.name, 'Edit']);
    expect(steps[0]!.run).toContain('::add-mask::');
    expect(steps.filter((step) => JSON.stringify(step.with ?? {}).includes('fal-key'))).toEqual([]);
  });

  it('keeps the out-dir however the batch ended, under a key that the next run finds', () => {
    const uses = (name: string) => steps.find((step) => step.uses?.startsWith(`${name}@`) === true)!;
    const [restore, save] = [uses('actions/cache/restore'), uses('actions/cache/save')];
    expect(save.if).toMatch(/^always\(\) && /);
    expect(uses('actions/upload-artifact').if).toMatch(/^always\(\) && /);
    expect(save.with).toEqual({ path: restore.with!['path'], key: restore.with!['key'] });
    expect(restore.with!['key']!.startsWith(restore.with!['restore-keys']!)).toBe(true);
    expect(steps.indexOf(restore)).toBeLessThan(steps.findIndex(({ id }) => id === 'batch'));
  });
});

test.each(['action.yml', 'examples/ci/github-matrix.yml'])('%s names the version of what it uses', (file) => {
  const uses = [...readYaml(file).text.matchAll(/\buses: (\S+)/g)].map(([, name]) => name);
  expect(uses.length).toBeGreaterThan(3);
  for (const name of uses) expect(name).toMatch(/^[\w-]+\/[\w/-]+@v\d+$/);
});

describe('the example for GitHub', () => {
  const { content } = readYaml<Workflow>('examples/ci/github-matrix.yml');
  const { edit, merge } = content.jobs as { edit: Workflow['jobs'][string]; merge: Workflow['jobs'][string] };

  it('runs eight shards, lets none stop the others, and no second run at once', () => {
    expect(edit.strategy).toEqual({ 'fail-fast': false, matrix: { shard: [1, 2, 3, 4, 5, 6, 7, 8] } });
    expect(content.concurrency['cancel-in-progress']).toBe(false);
  });

  it('gives the action what it takes, and the key as a secret', () => {
    const step = edit.steps.find(({ uses }) => uses?.includes('fal-edit@') === true)!;
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with!)));
    expect(step.with).toMatchObject({
      shard: '${{ matrix.shard }}/8',
      artifact: 'shard-${{ matrix.shard }}',
    });
    expect(step.env).toEqual({ FAL_KEY: '${{ secrets.FAL_KEY }}' });
  });

  it('puts the shards together, also where one failed', () => {
    expect([merge.needs, merge.if]).toEqual(['edit', '${{ !cancelled() }}']);
    expect(merge.steps.map(({ run }) => run)).toContain(
      'fal-edit batch merge shard-*/ --out-dir all --junit junit.xml',
    );
    for (const { run } of merge.steps) expect(run ?? '').not.toContain('${{');
  });
});

describe('the example for GitLab', () => {
  const { content } = readYaml<{ stages: string[]; edit: GitlabJob; merge: GitlabJob }>(
    'examples/ci/gitlab-ci.yml',
  );

  it('runs eight shards, each with its out-dir from the cache', () => {
    const { parallel, script, cache, artifacts, interruptible } = content.edit;
    expect([parallel, interruptible]).toEqual([8, false]);
    expect(script.join('\n')).toContain(
      '--shard "$CI_NODE_INDEX/$CI_NODE_TOTAL" --out-dir "shard-$CI_NODE_INDEX"',
    );
    expect(cache).toMatchObject({ paths: ['shard-$CI_NODE_INDEX/'], when: 'always' });
    expect(artifacts).toMatchObject({ paths: ['shard-$CI_NODE_INDEX/'], when: 'always' });
  });

  it('puts them together, also where one failed, and shows the rows as tests', () => {
    const { when, needs, script, artifacts } = content.merge;
    expect([when, needs]).toEqual(['always', ['edit']]);
    expect(script).toContain('fal-edit batch merge shard-*/ --out-dir all --junit junit.xml');
    expect(artifacts.reports).toEqual({ junit: 'junit.xml' });
  });
});
