import { type Restored, type RestoreOptions, type RestorePlan, restore } from '../../engine/backup/restore.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count, formatBytes, formatDuration } from '../../problem/quantity.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args } = context;
  if (args.has('i-know') && !args.has('yes')) throw needsYes();
  const tables = args.value('tables');
  if (tables !== undefined) return runTables(context, tables);
  const options: RestoreOptions = {
    named: args.positionals[0],
    into: args.value('into'),
    disconnect: args.has('disconnect'),
    owners: !args.has('no-owner'),
    jobs: args.integer('jobs', 1) ?? context.settings().backup.jobs,
    mayReplace: (plan) => confirmReplacing(context, plan),
  };
  const restored = await withEngine(context, {}, (engine) => restore(engine, options));
  if (context.wantsJson) context.json(document(restored));
  else for (const line of lines(restored)) context.stdout.line(wrap(line, context.stdout.width));
  return EXIT.done;
}

/** Nothing of the database is replaced: no question. */
async function runTables(context: CommandContext, tables: string): Promise<ExitStatus> {
  const { args } = context;
  for (const flag of ['i-know', 'disconnect']) exclusive(context, ['tables', flag]);
  const options = { named: args.positionals[0], into: args.value('into'), tables, owners: !args.has('no-owner') };
  const { restoreTables } = await import('../../engine/backup/restore-tables.ts');
  const restored = await withEngine(context, {}, (engine) => restoreTables(engine, options));
  const { manifest, folder, database } = restored;
  if (context.wantsJson) {
    const { id, source, startedAt } = manifest;
    context.json({
      ok: true,
      id,
      folder,
      from: source.database,
      takenAt: startedAt,
      database,
      tables: restored.tables,
    });
    return EXIT.done;
  }
  for (const { name, made, rows } of restored.tables)
    context.stdout.line(`${name}: ${made ? 'made, ' : ''}${count(rows, 'row')}`);
  const sum = `${count(restored.tables.length, 'table')} of ${manifest.id} restored into ${database}.`;
  context.stdout.line(wrap(sum, context.stdout.width));
  return EXIT.done;
}

function needsYes(): Problem {
  return new Problem('usage', '--i-know needs --yes', {
    expected: '--yes --i-know NAME together, or neither: then the name is asked for on a terminal',
  });
}

/** The question tells what it is about; a name that is typed is no slip. */
async function confirmReplacing(context: CommandContext, { into, kept, manifest }: RestorePlan): Promise<void> {
  const known = context.args.value('i-know');
  if (context.args.has('yes') && known === into) return;
  if (known !== undefined) throw otherName(known, into);
  const from = `${manifest.id} of ${manifest.source.database}`;
  const question = `${into} is there already. It will be replaced by ${from}, and kept as ${kept}. Type its name to go on:`;
  await context.confirmName(question, into, `Add --yes --i-know ${into} to confirm it beforehand.`);
}

function otherName(known: string, into: string): Problem {
  return new Problem('usage', '--i-know names another database than --into', {
    found: JSON.stringify(known),
    expected: JSON.stringify(into),
    state: 'Nothing was changed.',
  });
}

function document({ manifest, folder, into, kept, rows, ms }: Restored): unknown {
  const { id, source, startedAt, files } = manifest;
  return {
    ok: true,
    id,
    folder,
    from: source.database,
    takenAt: startedAt,
    database: into,
    replaced: kept ?? null,
    tables: rows.tables,
    rows: rows.rows,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ms,
  };
}

function lines({ manifest, into, kept, rows, ms }: Restored): string[] {
  const { id, source, startedAt, files } = manifest;
  const bytes = formatBytes(files.reduce((sum, one) => sum + one.bytes, 0));
  const what = `${count(rows.tables, 'table')}, ${count(rows.rows, 'row')} (counted)`;
  return [
    `${into} is restored from ${id}: ${what}, ${bytes} in ${formatDuration(ms)}.`,
    manifest.kind === 'full' ? `It is ${source.database} as it was at ${startedAt}.` : keptLine(manifest),
    ...(kept === undefined
      ? []
      : [`The database that had that name is kept as ${kept}; drop it when it is needed no more.`]),
  ];
}

/** Of kept data. */
function keptLine({ version, direction, source }: Restored['manifest']): string {
  const by = direction === 'rollback' ? `the rollback of ${version}` : version;
  return `Its schema taskflow_backup has what ${by} destroyed in ${source.database}.`;
}
