import {
  type ComparedSources,
  compareSources,
  type ReadSource,
  readSource,
  type SchemaReaders,
} from '../../engine/schema/compare-sources.ts';
import { findDrift } from '../../engine/schema/drift.ts';
import { saveSchema } from '../../engine/schema/schema-file.ts';
import { hintAtPath, schemaSourceOf } from '../../engine/schema/source.ts';
import { FOR_SCRIPTS, scriptBetween } from '../../engine/schema/write-script.ts';
import type { Scratch } from '../../engine/scratch/scratch.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { differenceLines, differenceSummary } from '../../report/difference-text.ts';
import { effectLines } from '../../report/effect-text.ts';
import { createStyle } from '../../report/style.ts';
import { visibleLine } from '../../report/visible.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { decisionOf } from '../drift-decisions.ts';
import { driftRemarks, leftOutJson, leftOutLines } from '../drift-remarks.ts';
import { withEngine, withScratchServer } from '../open.ts';

export function run(context: CommandContext): Promise<ExitStatus> {
  return withScratchServer(context, async (openScratch) => {
    const file = context.args.value('save');
    const readers = readersOf(context, openScratch);
    const decide = decisionOf(context);
    if (decide) return decide(openScratch);
    if (file !== undefined) return save(context, readers, file);
    if (context.args.positionals[0] !== undefined) return compare(context, readers);
    if (context.args.has('sql')) throw new Problem('usage', '--sql takes one schema or two to write a script between');
    return showDrift(context, openScratch);
  });
}

function readersOf(context: CommandContext, openScratch: () => Promise<Scratch>): SchemaReaders {
  return {
    cwd: context.cwd,
    included: includedBy(context),
    reading: readingOf(context),
    withDatabase: (name, use) =>
      withEngine(context, { database: name }, use).catch((error: unknown) => {
        throw hintAtPath(error, name, context.cwd);
      }),
    openScratch,
  };
}

function includedBy({ args }: CommandContext): SchemaReaders['included'] {
  return { owners: args.has('owners'), privileges: args.has('privileges') };
}

/** A script needs more than a comparison, and so may who uses a saved schema. */
function readingOf(context: CommandContext): SchemaReaders['reading'] {
  if (context.args.has('sql')) return FOR_SCRIPTS;
  return { ...includedBy(context), needs: context.args.value('save') !== undefined };
}

async function save(context: CommandContext, readers: SchemaReaders, file: string): Promise<ExitStatus> {
  const [from, more] = context.args.positionals;
  if (context.args.has('sql')) throw new Problem('usage', '--sql compares two schemas, --save keeps one');
  if (more !== undefined) throw new Problem('usage', '--save takes one schema', { expected: 'at most one schema' });
  const { name, schema } = await readSource(readers, schemaSourceOf(from, context.cwd));
  saveSchema(schema, file, context.cwd);
  const { notChecked } = schema;
  if (context.wantsJson) context.json({ saved: file, database: name, objects: schema.objects.length, notChecked });
  else if (!context.quiet)
    context.stderr.line(`The schema of ${name} is in ${file}: ${schema.objects.length} objects.`);
  for (const { type, property, reason } of context.wantsJson ? [] : notChecked)
    context.stderr.line(`Not checked: ${property === undefined ? '' : `${property} of `}${type}: ${reason}`);
  return notChecked.length === 0 ? EXIT.done : EXIT.failed;
}

async function compare(context: CommandContext, readers: SchemaReaders): Promise<ExitStatus> {
  const [first, second] = context.args.positionals.map((named) => schemaSourceOf(named, context.cwd));
  const other = second ?? schemaSourceOf(undefined, context.cwd);
  const compared = await compareSources(readers, first!, other);
  if (context.args.has('sql')) return writeSql(context, compared);
  const { before, after, weighed: difference, leftOut, notes } = compared;
  const sides = { before: before.name, after: after.name };
  const skipped = skippedOf([before, after]);
  const remarks = [...skippedLines(skipped), ...leftOutLines(leftOut), ...effectLines(difference), ...notes];
  if (context.wantsJson) context.json({ ...sides, ...difference, skipped, leftOut: leftOutJson(leftOut) });
  else await show(context, difference, sides, remarks);
  return statusOf(difference);
}

function writeSql(context: CommandContext, { before, after, difference, leftOut, notes }: ComparedSources): ExitStatus {
  const objects = leftOut.flatMap((one) => one.objects);
  const { sql, notWritten } = scriptBetween(before, after, includedBy(context), objects);
  const skipped = skippedOf([before, after]);
  const sides = { before: before.name, after: after.name };
  const { stdout, stderr } = context;
  if (context.wantsJson)
    context.json({ ...sides, ...difference, skipped, leftOut: leftOutJson(leftOut), sql, notWritten });
  else if (sql !== '') stdout.write(`-- ${visibleLine(`Makes ${after.name} of ${before.name}`)}\n\n${sql}`);
  for (const { type, name, why } of notWritten) stderr.line(`Cannot write: ${type} ${visibleLine(name)}: ${why}`);
  for (const { type, property, reason } of difference.notChecked)
    stderr.line(`Not checked: ${property === undefined ? '' : `${property} of `}${type}: ${reason}`);
  for (const remark of [...skippedLines(skipped), ...leftOutLines(leftOut), ...notes]) stderr.line(`Note: ${remark}`);
  return notWritten.length > 0 || difference.notChecked.length > 0 ? EXIT.failed : statusOf(difference);
}

async function showDrift(context: CommandContext, openScratch: () => Promise<Scratch>): Promise<ExitStatus> {
  const drift = await withEngine(context, {}, (engine) => findDrift(engine, openScratch, includedBy(context)));
  const { database, difference, accepted, notReplayed, leftOut } = drift;
  const sides = { before: 'applied migrations', after: database };
  if (context.wantsJson)
    context.json({ ...sides, ...difference, accepted, notReplayed, leftOut: leftOutJson(leftOut) });
  else await show(context, difference, sides, driftRemarks(drift), accepted.length);
  const status = statusOf(difference);
  return status === EXIT.done && notReplayed.length > 0 ? EXIT.failed : status;
}

type Compared = ComparedSources['difference'];

function statusOf({ equal, notChecked }: Compared): ExitStatus {
  if (!equal) return EXIT.different;
  return notChecked.length === 0 ? EXIT.done : EXIT.failed;
}

function skippedOf(sides: readonly ReadSource[]) {
  return sides.flatMap(({ name, skipped }) => skipped.map((one) => ({ side: name, ...one })));
}

function skippedLines(skipped: ReturnType<typeof skippedOf>): string[] {
  return skipped.map(({ side, version, reason }) => `not replayed of ${side}: ${version}: ${reason}`);
}

async function show(
  { stdout, stderr }: CommandContext,
  difference: Compared,
  sides: { before: string; after: string },
  remarks: readonly string[],
  accepted = 0,
): Promise<void> {
  const style = createStyle(stdout.color);
  const lines = await differenceLines(difference, sides, { style, width: stdout.width });
  for (const line of lines) stdout.line(line);
  if (lines.length > 0) stdout.line();
  stdout.line(differenceSummary(difference, accepted));
  for (const remark of remarks) stderr.line(wrap(`Note: ${remark}`, stderr.width, '  '));
}
