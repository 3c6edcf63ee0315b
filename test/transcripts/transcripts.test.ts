/**
 * Every transcript of this folder on PostgreSQL 18; those that say `# also on: 14, tracking` there too, and with the tracking
 * tables in another schema; in the short run each on one of these. TASKFLOW_UPDATE_TRANSCRIPTS=1 writes what was seen in place of what was expected.
 */
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, PROGRAM, startProgram, withCli } from '../support/cli.ts';
import { inShortRun } from '../support/on-servers.ts';
import { type CommandEntry, type Entry, normalise, parseTranscript, renderTranscript } from './transcript.ts';

const FOLDER = import.meta.dirname;
const UPDATE = process.env.TASKFLOW_UPDATE_TRANSCRIPTS === '1';

interface Variant {
  readonly name: string;
  readonly major: number;
  readonly trackingSchema: string;
}

const MAIN: Variant = { name: 'PostgreSQL 18', major: 18, trackingSchema: 'public' };
const ALSO: Readonly<Record<string, Variant>> = {
  14: { name: 'PostgreSQL 14', major: 14, trackingSchema: 'public' },
  tracking: { name: 'tracking tables in a schema of their own', major: 18, trackingSchema: 'ops_log' },
};

describe('transcripts', { concurrency: 2 }, () => {
  for (const name of readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .sort()) {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    for (const variant of inShortRun(name, variantsOf(text))) {
      test(`${name.slice(0, -4)} (${variant.name})`, async () => {
        const seen = await play(text, variant);
        if (UPDATE && variant === MAIN) writeFileSync(join(FOLDER, name), seen);
        else assert.equal(seen, renderTranscript(parseTranscript(text), new Map()));
      });
    }
  }
});

function variantsOf(text: string): Variant[] {
  const also = /^# also on: (.*)$/m.exec(text)?.[1]?.split(/, */) ?? [];
  return [MAIN, ...also.map((name) => ALSO[name]!)];
}

/** The transcript as it went this time. */
function play(text: string, variant: Variant): Promise<string> {
  const env = variant.trackingSchema === 'public' ? {} : { TASKFLOW_TRACKING_SCHEMA: variant.trackingSchema };
  return withCli(
    variant.major,
    {},
    async (at) => {
      const entries = parseTranscript(text);
      const seen = new Map<Entry, string>();
      const shell = shellFor(at, variant);
      for (const entry of entries) {
        if (entry.kind === 'file') at.write({ [entry.path]: entry.content });
        else if (entry.kind === 'command') seen.set(entry, await type(at, entry, variant, shell));
      }
      return renderTranscript(entries, seen);
    },
    env,
  );
}

/** `taskflow-db` is the tool, `sql "..."` one statement as psql shows it. */
function shellFor(at: DatabaseWorkplace, { trackingSchema }: Variant): Record<string, string> {
  const programs = {
    'taskflow-db': `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`,
    sql: `#!/bin/sh\nexport PGOPTIONS='-c search_path=public,${trackingSchema}'\nexec psql -X -A -t -q -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "$1"\n`,
  };
  for (const [name, script] of Object.entries(programs)) {
    at.write({ [`.bin/${name}`]: script });
    chmodSync(join(at.folder, '.bin', name), 0o755);
  }
  return { ...at.env, PATH: `${join(at.folder, '.bin')}:${at.env.PATH}` };
}

async function type(
  at: DatabaseWorkplace,
  { command }: CommandEntry,
  { trackingSchema }: Variant,
  env: Record<string, string>,
): Promise<string> {
  const { output, exit } = await startProgram(['/bin/sh', '-c', `exec 2>&1\n${command}`], at.folder, { env }).finished;
  const shown = normalise(output, { database: at.database.name, folder: at.folder, trackingSchema });
  return [shown, exit === 0 ? '' : `[exit ${exit}]`].filter((part) => part !== '').join('\n');
}
