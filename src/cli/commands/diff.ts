import { diffSchemas } from '../../engine/schema/diff.ts';
import { type NamedSchema, readSchema } from '../../engine/schema/read-schema.ts';
import { saveSchema, schemaFromFile } from '../../engine/schema/schema-file.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { differenceLines, differenceSummary } from '../../report/difference-text.ts';
import { createStyle } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const [first, second] = context.args.positionals;
  const file = context.args.value('save');
  if (file !== undefined) return save(context, file);
  if (first === undefined) throw nothingToCompare();
  // One after the other: each may ask for a password.
  const before = await schemaOf(context, first);
  return compare(context, before, await schemaOf(context, second));
}

async function save(context: CommandContext, file: string): Promise<ExitStatus> {
  const [from, more] = context.args.positionals;
  if (more !== undefined) throw new Problem('usage', '--save takes one schema', { expected: 'at most one database' });
  const { name, schema } = await schemaOf(context, from);
  saveSchema(schema, file, context.cwd);
  const { notChecked } = schema;
  if (context.wantsJson) context.json({ saved: file, database: name, objects: schema.objects.length, notChecked });
  else if (!context.quiet)
    context.stderr.line(`The schema of ${name} is in ${file}: ${schema.objects.length} objects.`);
  for (const { type, property, reason } of context.wantsJson ? [] : notChecked)
    context.stderr.line(`Not checked: ${property === undefined ? '' : `${property} of `}${type}: ${reason}`);
  return notChecked.length === 0 ? EXIT.done : EXIT.failed;
}

async function compare(context: CommandContext, before: NamedSchema, after: NamedSchema): Promise<ExitStatus> {
  const difference = diffSchemas(before, after, includedBy(context));
  if (context.wantsJson) context.json({ before: before.name, after: after.name, ...difference });
  else await show(context, difference, { before: before.name, after: after.name });
  if (!difference.equal) return EXIT.different;
  return difference.notChecked.length === 0 ? EXIT.done : EXIT.failed;
}

async function show(
  { stdout }: CommandContext,
  difference: ReturnType<typeof diffSchemas>,
  sides: { before: string; after: string },
): Promise<void> {
  const style = createStyle(stdout.color);
  const lines = await differenceLines(difference, sides, { style, width: stdout.width });
  for (const line of lines) stdout.line(line);
  if (lines.length > 0) stdout.line();
  stdout.line(differenceSummary(difference));
}

function includedBy({ args }: CommandContext): { owners: boolean; privileges: boolean } {
  return { owners: args.has('owners'), privileges: args.has('privileges') };
}

async function schemaOf(context: CommandContext, named: string | undefined): Promise<NamedSchema> {
  if (named !== undefined && isFile(named)) return schemaFromFile(named, context.cwd);
  return withEngine(context, { database: named }, (engine) => readSchema(engine, includedBy(context)));
}

/** A connection string has slashes, too, behind its scheme, or is made of `name=value`. */
function isFile(named: string): boolean {
  if (/^postgres(ql)?:\/\//i.test(named) || /^\s*\w+\s*=/.test(named)) return false;
  return named.includes('/') || named.endsWith('.json');
}

function nothingToCompare(): Problem {
  return new Problem('usage', 'nothing is named to compare', {
    expected: 'one or two schemas: databases, or files that --save has written',
    next: [
      'For example: taskflow-db diff staging production',
      'Or keep the schema first: taskflow-db diff --save before.json',
    ],
  });
}
