/*
 * Every JSON document that the program prints or writes, for docs/json.md. The tests hold what the program says against
 * these schemas, which are strict: a field that is missing here fails.
 */
import * as z from 'zod';
import { EXIT_CODES, type ErrorKind } from '../../src/exit-codes.js';
import { COST_GRADES } from '../../src/ledger/job.js';

/** A section of the page. */
export interface JsonDocument {
  title: string;
  /** Where it comes from. */
  about: string;
  schema: z.ZodType;
}

const text = (about: string): z.ZodString => z.string().describe(about);
const count = (about: string): z.ZodNumber => z.number().int().nonnegative().describe(about);
const figure = (about: string): z.ZodType => z.number().nullable().describe(about);
const known = (about: string): z.ZodType => z.string().nullable().describe(about);
const flag = (about: string): z.ZodBoolean => z.boolean().describe(about);
const list = (about: string): z.ZodType => z.array(z.string()).describe(about);
const free = (about: string): z.ZodType => z.record(z.string(), z.unknown()).describe(about);
const time = (about: string): z.ZodType => z.iso.datetime().nullable().describe(about);

const kinds = Object.keys(EXIT_CODES) as [ErrorKind, ...ErrorKind[]];
const charged = z.enum(['no', 'yes', 'maybe']).describe('whether it was paid for');

const problem = z.strictObject({
  field: z.string().nullable().optional().describe('the flag or the field of a row'),
  message: text('what is wrong with it'),
  file: z.string().optional().describe('the manifest'),
  line: z.number().optional().describe('its line, from 1'),
});
const error = z.strictObject({
  kind: z.enum(kinds).describe('as in the table of exit codes'),
  message: text('for people'),
  hint: z.string().nullable().optional().describe('what to do about it'),
  problems: z.array(problem).optional().describe('each thing that is wrong, where it is known'),
  details: z.record(z.string(), z.unknown()).optional().describe('further facts, such as request_id'),
  charged,
});

const head = {
  schema_version: z.literal(1).describe('1'),
  status: z.enum(['ok', 'error']).describe('ok, or error with `error`'),
  sandbox: flag('made on the sandbox: nothing of it is charged'),
  error: error.nullable().optional().describe('what went wrong; absent where nothing did'),
};
const grade = z
  .enum(COST_GRADES)
  .describe(
    "where the estimate comes from: calculated, history (fal's), assumed (--assume-cost), measured (bills of the same batch), or unknown",
  );
const cost = z
  .strictObject({
    estimated_usd: figure('dollars, before the edit; null if unknown'),
    grade: grade.nullable().describe(grade.description ?? ''),
    billed_units: figure("in the model's unit, from fal's answer"),
    unit_price_usd: figure('dollars a unit'),
    billed_usd: figure('dollars that fal billed'),
  })
  .describe('what it cost');
const timings = z
  .strictObject({
    queued_ms: figure('from the acceptance until a runner took it'),
    inference_ms: figure("on fal's clock"),
    total_ms: figure('all of it'),
  })
  .describe('milliseconds');
const picture = {
  path: known('relative where it lies below the folder; null where it was not kept'),
  field: known("name of the output in fal's answer, for a file beside the main one"),
  width: figure('pixels; null for a file that is no picture of pixels, such as SVG or zip'),
  height: figure('pixels'),
  content_type: known('found in the bytes: image/png, image/jpeg, image/webp, …'),
  bytes: figure('size of the file'),
  sha256: known('of the file, hexadecimal'),
  received_sha256: known('of what fal returned; differs if the picture was changed before it was saved'),
};
const nsfw = z
  .boolean()
  .nullable()
  .describe('true where the safety checker blanked it; null where fal did not say');

const editFields = {
  model: text('short name'),
  endpoint: text("fal's endpoint id"),
  request_id: known("fal's id"),
  job: known('our id, in the ledger'),
  state: known(
    'planned, intent, accepted, completed, saved, rejected, failed, moderated, unknown, cancelled',
  ),
  prompt: text('as it was sent'),
  seed: z.number().describe('as it was sent'),
  input: free("fal's input as it was sent"),
  images: z.array(z.strictObject({ ...picture, nsfw })).describe('the results'),
  cost,
  timings,
  warnings: list('a sentence each'),
  notes: list('changes to the pictures for their upload, a line each'),
};
const edit = z.strictObject({ ...head, ...editFields });

const dryRun = z.strictObject({
  ...head,
  ...editFields,
  dry_run: z.literal(true).describe('true'),
  uploads: z
    .array(
      z.strictObject({
        flag: text('where the file was named'),
        file: text('as it was named'),
        bytes: count('size of what would be uploaded'),
        content_type: text('of what would be uploaded'),
        width: figure('pixels'),
        height: figure('pixels'),
        sha256: text('of what would be uploaded'),
        converted: known('why it is converted first'),
      }),
    )
    .describe('files that would be uploaded'),
  outputs: list('where the results would go'),
  schema: z
    .strictObject({
      hash: text('SHA-256'),
      read_at: time('when it was read'),
      origin: z.enum(['fal', 'cache', 'file']).describe('where it is from'),
    })
    .nullable()
    .describe("fal's schema of the model; null for a listed model"),
  estimate: z
    .strictObject({
      usd: figure('dollars; null if unknown'),
      grade,
      unknown: known('why the cost cannot be calculated'),
      units: figure('of work'),
      unit: known("of fal's price, such as megapixels"),
      unit_price_usd: figure('dollars a unit'),
      price_date: known('when the price was read'),
      price_source: known('where'),
      assumptions: list('a sentence each'),
    })
    .describe('how the estimate comes about'),
  proxies: list('what requests would go through'),
});

const states = z
  .strictObject({
    pending: count('to be sent'),
    waiting: count('at fal'),
    done: count('with their pictures'),
    unmet: count('done, and not as expected'),
    failed: count('failed'),
    moderated: count('refused or blanked'),
    unknown: count('may have been sent'),
  })
  .describe('how many rows are in each state');

const row = z
  .strictObject({
    schema_version: z.literal(1).describe('1'),
    key: text('what the row is known by: it follows from what it asks for'),
    job: known('our id of its edit'),
    fingerprint: z.number().describe('version of the key'),
    id: known('your name for it'),
    place: z
      .strictObject({
        file: text('the manifest, or the picture'),
        line: z.number().optional().describe('from 1'),
      })
      .describe('where it stands'),
    state: text('as in `states` of the summary'),
    sandbox: flag('made on the sandbox'),
    attempt: count('how often it was sent'),
    model: text('short name'),
    endpoint: text("fal's endpoint id"),
    request_id: known("fal's id"),
    prompt: text('with its fields filled in'),
    seed: z.number().describe('as it was sent'),
    inputs: list('the pictures that were edited: relative to the batch folder, or URLs'),
    images: z
      .array(z.strictObject({ ...picture, nsfw }))
      .describe('the results, relative to the batch folder'),
    cost,
    timings,
    expectations: z
      .array(
        z.strictObject({
          expectation: text('its name'),
          wanted: z.union([z.number(), z.string(), z.boolean()]).describe('as you wrote it'),
          found: z
            .union([z.number(), z.string(), z.boolean(), z.null()])
            .describe('null where it could not be measured'),
          met: flag('whether it is met'),
          image: count('of which picture, from 0'),
        }),
      )
      .describe('what was expected, measured'),
    warnings: list('a sentence each'),
    notes: list('changes to the pictures for their upload, a line each'),
    error: error.nullable().describe('how it failed'),
    finished_at: time('null while it is not over'),
  })
  .meta({ see: 'a line of results.jsonl' });

const wouldBe = z.number().optional().describe('on the sandbox only: what fal would have charged');
const summaryFields = {
  schema_version: z.literal(1).describe('1'),
  status: text('ok where everything is done, else the kind of the error'),
  sandbox: flag('made on the sandbox, which charges nothing'),
  exit_code: count('of the run'),
  source: text('the manifest, or the pictures, as you named them'),
  shard: known('such as 2/8'),
  started_at: time('of the run'),
  finished_at: time('of the run'),
  rows: count('of the manifest, or of this shard of it'),
  states,
  invalid: count('rows that were left out by --skip-invalid'),
  left_out: z.record(z.string(), z.number()).describe('files of a folder that are no rows, by what they are'),
  run: z
    .strictObject({
      submitted: count('submits that fal accepted, or may have'),
      uploads: count('files'),
      uploaded_bytes: count('bytes'),
      total_ms: count('milliseconds'),
      stopped: known('why it stopped sending before the end'),
      assumed_costs: z
        .array(
          z.strictObject({
            endpoint: text("fal's endpoint id"),
            assumed_usd: figure('dollars an edit, as --assume-cost says'),
            measured_usd: figure('mean of the bills, which replaces the assumption'),
            bills: count('edits of the batch that fal has billed'),
          }),
        )
        .describe('what stood for unknown prices'),
    })
    .describe('what this run did'),
  cost: z
    .strictObject({
      billed_usd: z.number().describe('what fal billed, as far as it said so; 0 on the sandbox'),
      would_be_usd: wouldBe,
      outstanding_usd: z.number().describe('estimates for what fal has or may have'),
      pending_usd: z.number().describe('estimates for what is still to be sent'),
    })
    .describe('of all rows, whenever they were sent, in dollars'),
};
const summary = z.strictObject(summaryFields);
const batch = z.strictObject({
  ...summaryFields,
  status: head.status,
  error: head.error,
  out_dir: text('the batch folder, absolute'),
});

/** A field of a batch that failed: null where it failed before that was known. */
const orNull = (schema: z.ZodType): z.ZodType => schema.nullable().describe(schema.description ?? '');
const batchFailure = z.strictObject({
  ...head,
  error,
  exit_code: count('of the run'),
  source: known('the manifest, or the pictures, as you named them'),
  shard: known('such as 2/8'),
  started_at: time('of the run; null where it failed before it could send anything'),
  finished_at: time('likewise'),
  rows: orNull(summaryFields.rows),
  states: orNull(summaryFields.states),
  invalid: orNull(count('rows in which something is wrong')),
  left_out: orNull(summaryFields.left_out),
  run: summaryFields.run.nullable().describe('what this run did; null where it sent nothing'),
  cost: orNull(summaryFields.cost),
  out_dir: known('the batch folder, absolute'),
});

const estimated = { estimated_usd: figure('dollars; null if any of it is unknown') };
const batchDryRun = z.strictObject({
  ...head,
  dry_run: z.literal(true).describe('true'),
  rows: count('of the manifest, or of this shard of it'),
  in_other_shards: count('rows'),
  invalid: count('rows that are left out'),
  left_out: z.record(z.string(), z.number()).describe('files of a folder that are no rows'),
  states,
  to_send: count('rows'),
  to_fetch: count('rows that fal has'),
  to_ask: count('rows that failed and may be paid for, about which fal is asked first'),
  to_rename: count('pictures'),
  uploads: z
    .strictObject({ files: count('files'), bytes: count('bytes') })
    .describe('what would be uploaded'),
  ...estimated,
  by_grade: z
    .partialRecord(z.enum(COST_GRADES), z.strictObject({ rows: count('to be sent'), ...estimated }))
    .describe('the same for each source of estimates, as in cost.grade'),
  by_model: z
    .record(z.string(), z.strictObject({ rows: count('to be sent'), ...estimated }))
    .describe('the same for each model'),
  proxies: list('what requests would go through'),
  changes: z
    .strictObject({
      before: count('rows of the last run'),
      edited: count('rows'),
      added: count('rows'),
      removed: count('rows'),
      reordered: flag('whether rows changed places'),
    })
    .nullable()
    .describe('what changed in the manifest since the last run'),
});

const job = {
  job: known('our id'),
  request_id: known("fal's id"),
  state: known('as of an edit'),
  model: text('short name'),
  endpoint: text("fal's endpoint id"),
  schema_hash: known('SHA-256 of the schema that it was requested with'),
  prompt: text('as it was sent'),
  seed: z.number().describe('as it was sent'),
  via: text('the way that it was sent'),
  sandbox: flag('made on the sandbox'),
  cost,
  charged,
  planned_at: time('when it was written down'),
  intent_at: time('when it was about to be sent'),
  accepted_at: time('when fal answered'),
  completed_at: time('when the result was there'),
  ended_at: time('when it was over'),
  age_s: count('seconds since it was sent'),
  images: z
    .array(z.strictObject({ ...picture, target: known('where it was to go') }))
    .describe('the results'),
  duplicate_of: known('the job that it is a second charge of'),
  error: z.looseObject({}).nullable().describe('how it failed'),
  batch: z.looseObject({}).nullable().describe('the batch folder and row that it belongs to'),
};

const requests = z.strictObject({
  ...head,
  requests: z.array(z.strictObject(job)).describe('newest first'),
  more: flag('whether there are more than --limit shows'),
});
const status = z.strictObject({
  ...head,
  requests: z
    .array(
      z.strictObject({
        ...job,
        fal: z
          .strictObject({
            status: text('IN_QUEUE, IN_PROGRESS or COMPLETED'),
            queue_position: figure('how many are before it'),
          })
          .nullable()
          .describe('what fal says; null where it was not asked'),
        look: error.optional().describe('why fal could not say'),
      }),
    )
    .describe('in the order of the ids'),
});
const cancelled = z.strictObject({
  ...head,
  requests: z
    .array(
      z.strictObject({
        job: known('our id'),
        request_id: known("fal's id"),
        state: known('as of an edit'),
        cancel: known('the outcome: cancelled, requested, completed, …'),
        sandbox: flag('it is on the sandbox'),
        charged: z.enum(['no', 'yes', 'maybe']).describe('whether it was paid for'),
        error: error.nullable().optional().describe('why it was not cancelled'),
      }),
    )
    .describe('in the order of the ids'),
});
const spent = {
  edits: count('how many'),
  unpriced: count('those of unknown cost, which are in none of the sums'),
  billed_usd: z.number().describe('what fal billed; 0 on the sandbox'),
  would_be_usd: wouldBe,
  estimated_usd: z.number().describe('estimates where fal has not said'),
  unknown_usd: z.number().describe('estimates for what may have been sent'),
  total_usd: z.number().describe('all three'),
};
const costs = z.strictObject({
  ...head,
  by: z.enum(['model', 'day']).describe('model or day'),
  since: time('as --since says'),
  rows: z
    .array(
      z.strictObject({
        model: z.string().optional().describe('with --by model'),
        day: z.string().optional().describe('with --by day'),
        ...spent,
      }),
    )
    .describe('a row a model, or a row a day'),
  total: z.strictObject(spent).describe('of all rows'),
});
const reconciled = z.strictObject({
  ...head,
  jobs: z
    .array(
      z.looseObject({
        job: known('our id'),
        outcome: text('accepted, not_accepted, not_yet_known, in_flight or duplicate'),
        request_ids: list("fal's ids of it"),
      }),
    )
    .describe('with the fields of an edit where it was fetched'),
  duplicates: list('request ids that were charged a second time'),
});
const trust = z.strictObject({
  ...head,
  folder: known('absolute'),
  files: z
    .array(
      z.strictObject({
        file: text('absolute'),
        state: text('trusted, untrusted, changed or missing'),
        settings: z
          .array(z.strictObject({ name: text('of the setting'), value: text('as the file has it') }))
          .describe('what only a trusted file may set'),
      }),
    )
    .describe('settings files'),
});

const models = z.strictObject({
  ...head,
  models: z
    .array(
      z.looseObject({
        name: text('short name'),
        endpoint: text("fal's endpoint id"),
        default: flag('whether it is taken where none is named'),
        base: text('what it was trained as: LoRAs fit one base'),
        purpose: text('in one line'),
        images: z
          .strictObject({ min: count('at least'), max: count('at most') })
          .describe('pictures to edit'),
        formats: list('of results'),
        default_format: text('where none is asked for'),
        fields: z
          .array(z.looseObject({ name: text("fal's name"), flag: known('ours') }))
          .describe('with ranges and defaults'),
        lacks: list('flags that are refused'),
        input_schema: free('JSON schema of the input'),
      }),
    )
    .describe('the models'),
});
const checked = z.strictObject({
  ...head,
  models: z
    .array(
      z.strictObject({
        name: text('short name'),
        endpoint: text("fal's endpoint id"),
        title: known('at fal'),
        endpoint_status: known('at fal: active or deprecated'),
        drift: flag('whether anything differs'),
        price: z.looseObject({}).describe('at fal and here, and whether it changed'),
        differences: z.array(z.unknown()).describe('between the input at fal and here'),
        not_checked: list('what could not be asked'),
      }),
    )
    .describe('the models'),
});
const searched = z.strictObject({
  ...head,
  words: text('searched for'),
  category: known("fal's category; null: all"),
  models: z
    .array(
      z.strictObject({
        endpoint: text("fal's endpoint id, as -m takes it"),
        name: known('of a listed model'),
        title: known('at fal'),
        category: known('at fal'),
        usable: flag('whether fal-edit can use it'),
        why: known('why not'),
        images: z
          .strictObject({
            min: count('at least'),
            max: count('at most; null: no limit is stated').nullable(),
          })
          .nullable()
          .describe('pictures to edit'),
        prompt: known('required, optional or none'),
        mask: known('required, optional or none'),
        loras: z.boolean().nullable().describe('whether it takes LoRAs'),
        price: z
          .strictObject({ unit_price_usd: figure('dollars for a unit'), unit: text("fal's word") })
          .nullable()
          .describe('null where none is known'),
      }),
    )
    .describe('as fal sorts them'),
  more: flag('whether fal has more than the limit'),
});
const fieldChange = z.looseObject({
  field: text('of the request'),
  fate: text('kept, renamed, reshaped, dropped, ignored, …'),
});
const migrated = z.strictObject({
  ...head,
  from: known('the model that the request was made for'),
  to: text('the model that it is for now'),
  input: z.record(z.string(), z.unknown()).nullable().describe('the request; null for a manifest'),
  fates: z.array(fieldChange).describe('what became of each field'),
  rows: z.array(z.looseObject({})).optional().describe('of a manifest: each row with its input and fates'),
});

const comparison = {
  pictures: count('how many'),
  prompts: count('how many'),
  seeds: count('how many'),
  verdict: list('a sentence each'),
  models: z
    .array(z.looseObject({ model: text('short name'), edits: count('all'), done: count('with pictures') }))
    .describe('medians and quartiles of each measure, and the cost'),
  pairs: z
    .array(
      z.strictObject({
        models: list('two'),
        measure: text('its name'),
        pairs: count('how many'),
        less: z.record(z.string(), z.number()).describe('in how many pairs each of them has less'),
        p: figure('of the sign test'),
        lower: known('the one that has less; null where the pairs cannot tell'),
      }),
    )
    .describe('two models on the same pictures'),
  picks: z.array(z.looseObject({})).describe('what people chose, with win rates'),
  made_at: z.string().describe('time'),
};
const metrics = z
  .strictObject({
    change: figure('0 to 1: one minus the SSIM'),
    hash_distance: figure('bits of 64'),
    colour_shift: figure('ΔE'),
    sharpness: figure('spread of the Laplacian'),
    width: figure('pixels'),
    height: figure('pixels'),
    bytes: figure('size of the file'),
  })
  .nullable()
  .describe('null where there is no picture');
const compared = z.strictObject({
  schema_version: z.literal(1).describe('1'),
  sandbox: flag('made on the sandbox'),
  ...comparison,
  cells: z
    .array(
      z.strictObject({
        id: text('its name'),
        at: z.record(z.string(), z.string()).describe('model, picture, prompt and seed'),
        model: text('short name'),
        result: row.nullable(),
        metrics,
      }),
    )
    .describe('each edit'),
});
const compareJson = z.strictObject({
  ...batch.shape,
  compare: z
    .strictObject({
      schema_version: z.literal(1).describe('1'),
      sandbox: flag('made on the sandbox'),
      ...comparison,
    })
    .describe('as in compare.json, without the cells'),
});
const sweepFields = {
  schema_version: z.literal(1).describe('1'),
  sandbox: flag('made on the sandbox'),
  source: text('the picture'),
  axes: z
    .array(
      z.looseObject({
        name: text('the setting'),
        values: list('as written'),
        medians: z.array(z.looseObject({})).describe('for each value'),
      }),
    )
    .describe('as --vary has them'),
  best: z
    .strictObject({
      bounds: list('as --best has them'),
      met: flag('whether all are kept'),
      id: text('of the cell'),
      at: z.record(z.string(), z.string()).describe('its settings'),
      medians: z.looseObject({}).describe('its figures'),
      command: text('repeats it'),
    })
    .nullable()
    .describe('with --best'),
  cells: z
    .array(
      z.looseObject({
        id: text('its name'),
        at: z.record(z.string(), z.string()).describe('its settings'),
        change: figure('0 to 1'),
        cost_usd: figure('dollars'),
        inference_ms: figure('milliseconds'),
        result: row.nullable(),
      }),
    )
    .describe('each setting'),
  sheets: list('contact sheets'),
};
const sweepFile = z.strictObject(sweepFields);
const sweepJson = z.strictObject({ ...batch.shape, sweep: z.looseObject({}).describe('as in sweep.json') });

const eventHead = {
  schema_version: z.literal(1).describe('1'),
  sandbox: flag('made on the sandbox'),
  time: z.iso.datetime().describe('when'),
};
const event = z.discriminatedUnion('event', [
  z.strictObject({
    ...eventHead,
    event: z.literal('started').describe('once, or again where rows are gone through again'),
    rows: states,
    to_send: count('rows'),
    to_fetch: count('rows that fal has'),
    ...estimated,
  }),
  z.strictObject({
    ...eventHead,
    event: z.literal('row').describe('something happens to a row'),
    key: text('of the row'),
    id: known('your name for it'),
    file: text('the manifest'),
    line: figure('from 1'),
    step: text(
      'begun, attached, uploading, uploaded, submitting, accepted, unrecorded, queued, running, completed, downloading, saved, log, warning, retrying, left',
    ),
    request_id: z.string().optional().describe('with accepted, attached, unrecorded and left'),
    position: z.number().nullable().optional().describe('with queued'),
    path: z.string().optional().describe('with saved'),
    message: z.string().optional().describe('with log, warning and unrecorded'),
    error: error.optional().describe('with retrying'),
  }),
  z.strictObject({
    ...eventHead,
    event: z.enum(['ended', 'open']).describe('a row is over, or is left as it is'),
    result: row,
    error: error.optional().describe('how it failed'),
  }),
  z.strictObject({ ...eventHead, event: z.literal('stopped').describe('nothing more is sent'), error }),
  z.looseObject({
    ...eventHead,
    event: z
      .enum(['finished', 'dry_run', 'frozen', 'failed'])
      .describe(
        'the last line, with all that --json says; failed where the batch could not be begun, or its ledger not be read any more',
      ),
  }),
]);

/** In the order of the page. */
export const JSON_DOCUMENTS = {
  failure: {
    title: 'What all have, and failures',
    about:
      'The fields that almost all documents have, and all that there is where a command failed early. `error` is the same everywhere.',
    schema: z.strictObject({ ...head, error }),
  },
  batchFailure: {
    title: 'A batch that failed',
    about:
      'What `batch`, `compare` and `sweep` print where they could not end as they should: the fields of a batch. `rows`, `states` and `cost` are null only where the rows were not read and nothing is known of the batch folder: it has none yet, another run holds it, or its ledger cannot be opened. Where the ledger cannot be read any more at the end, they are what the run itself has seen, and a row that may have been sent counts as unknown.',
    schema: batchFailure,
  },
  edit: {
    title: 'An edit',
    about: '`fal-edit … --json`, `fal-edit wait <id> --json`, and with `--detach`.',
    schema: edit,
  },
  dryRun: { title: 'A dry run of an edit', about: '`fal-edit … --dry-run --json`.', schema: dryRun },
  batch: {
    title: 'A batch',
    about: '`fal-edit batch … --json`, and `fal-edit batch merge … --json`.',
    schema: batch,
  },
  batchDryRun: {
    title: 'A dry run of a batch',
    about: '`fal-edit batch … --dry-run --json`.',
    schema: batchDryRun,
  },
  frozen: {
    title: 'A frozen batch',
    about: '`fal-edit batch … --frozen --json`, where everything is up to date.',
    schema: z.strictObject({
      ...head,
      frozen: z.literal(true).describe('true'),
      rows: count('of the manifest'),
    }),
  },
  row: {
    title: 'A line of results.jsonl',
    about: 'One row that came to an end. If it was tried again, the last line counts.',
    schema: row,
  },
  summary: { title: 'summary.json', about: 'The batch as its last run left it.', schema: summary },
  event: {
    title: 'A line of --events',
    about: 'One JSON object per line for all that happens in a batch.',
    schema: event,
  },
  compare: {
    title: 'A comparison',
    about: '`fal-edit compare … --json`: the document of a batch, and `compare`.',
    schema: compareJson,
  },
  compared: { title: 'compare.json', about: 'In the folder of a comparison.', schema: compared },
  sweep: {
    title: 'A sweep',
    about: '`fal-edit sweep … --json`: the document of a batch, and `sweep`.',
    schema: sweepJson,
  },
  swept: { title: 'sweep.json', about: 'In the folder of a sweep.', schema: sweepFile },
  models: { title: 'Models', about: '`fal-edit models --json`.', schema: models },
  check: { title: 'A check of models', about: '`fal-edit models --check --json`.', schema: checked },
  search: { title: 'Models found', about: '`fal-edit models search <word...> --json`.', schema: searched },
  migrate: { title: 'A translated request', about: '`fal-edit migrate … --json`.', schema: migrated },
  requests: { title: 'Requests', about: '`fal-edit requests --json`.', schema: requests },
  status: { title: 'Status', about: '`fal-edit status <id...> --json`.', schema: status },
  wait: {
    title: 'Several that were waited for',
    about: '`fal-edit wait <id...> --json` with several ids, or with `--unfinished`.',
    schema: z.strictObject({
      ...head,
      requests: z.array(z.looseObject({})).describe('each as the document of an edit'),
    }),
  },
  cancel: { title: 'Cancelled requests', about: '`fal-edit cancel <id...> --json`.', schema: cancelled },
  reconcile: { title: 'Reconciled edits', about: '`fal-edit reconcile --json`.', schema: reconciled },
  costs: { title: 'Costs', about: '`fal-edit costs --json`.', schema: costs },
  trust: { title: 'Trusted files', about: '`fal-edit trust --json`.', schema: trust },
} satisfies Record<string, JsonDocument>;
