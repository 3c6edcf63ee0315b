import { writeFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { type GraphRequest, graphFromDatabase, graphFromFiles } from '../../engine/graph/ask-graph.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { type GraphDocument, graphDocument } from '../../report/graph/document.ts';
import { GRAPH_FORMATS, type GraphFormat } from '../../report/graph/formats.ts';
import { graphLines } from '../../report/graph/text.ts';
import { createStyle } from '../../report/style.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const format = formatOf(context);
  const document = await read(context);
  sayBasis(context, document);
  await write(context, document, format);
  return document.complaints.length > 0 ? EXIT.failed : EXIT.done;
}

type Format = GraphFormat | 'text';

const BY_ENDING: Readonly<Record<string, Format>> = {
  '.svg': 'svg',
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
  '.dot': 'dot',
  '.gv': 'dot',
  '.json': 'json',
  '.txt': 'text',
};

function formatOf({ args, wantsJson }: CommandContext): Format {
  const given = args.value('format') as Format | undefined;
  if (wantsJson && given !== undefined && given !== 'json')
    throw new Problem('usage', `--json and --format ${given} do not go together`, { expected: 'one of them' });
  return given ?? (wantsJson ? 'json' : byEnding(args.value('out')));
}

/** Without an ending it is text. */
function byEnding(out: string | undefined): Format {
  const ending = extname(out ?? '').toLowerCase();
  const format = ending === '' ? 'text' : BY_ENDING[ending];
  if (format) return format;
  throw new Problem('usage', `a graph is not written as ${ending}`, {
    found: out ?? '',
    expected: `one of ${Object.keys(BY_ENDING).join(', ')}, or --format`,
    state: 'Nothing was written.',
    next: [`For a picture: taskflow-db graph --out ${basename(out ?? '', extname(out ?? ''))}.svg`],
  });
}

async function read(context: CommandContext): Promise<GraphDocument> {
  const { cwd } = context;
  const request: GraphRequest = { settings: context.settings(), cwd, part: partOf(context) };
  const { unasked, ...asked } = await askDatabase(context, request);
  return graphDocument({ ...asked, unasked });
}

function partOf(context: CommandContext): GraphRequest['part'] {
  const { args } = context;
  exclusive(context, ['from', 'impact']);
  const kind = (['from', 'impact'] as const).find((flag) => args.has(flag));
  if (kind && args.positionals.length > 0)
    throw new Problem('usage', `--${kind} and ${args.positionals[0]} do not go together`, {
      expected: `--${kind} VERSION, or VERSION alone`,
    });
  if (kind) return { kind, versions: [args.value(kind)!] };
  return { kind: args.positionals.length > 0 ? 'around' : 'whole', versions: args.positionals };
}

/** The database that is named, as far as it can be asked; else the files alone. */
async function askDatabase(context: CommandContext, request: GraphRequest) {
  try {
    const asked = await withEngine(context, {}, (engine) => graphFromDatabase(engine, request));
    return { ...asked, unasked: null };
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'cancelled') throw error;
    if (error.code !== 'target-missing' && error.exitStatus === EXIT.usage) throw error;
    const unasked = error.code === 'target-missing' ? null : error.message;
    return { ...(await graphFromFiles(request)), unasked };
  }
}

function sayBasis({ quiet, stderr }: CommandContext, { unasked, source, complaints }: GraphDocument): void {
  const say = (text: string) => stderr.line(wrap(text, stderr.width, '  '));
  if (!quiet && unasked !== null) say(`States are not known, the database could not be asked: ${unasked}`);
  else if (!quiet && source === 'files') say('States are not known: no database is named.');
  for (const { message, where } of complaints.flatMap(leavesOf)) {
    const line = where?.line === undefined ? '' : `:${where.line}`;
    say(`Warning: ${message}${where && !message.includes(where.file) ? ` (${where.file}${line})` : ''}`);
  }
  if (complaints.length > 0) say('What these need, and what needs them, is not all shown.');
}

type Complaint = GraphDocument['complaints'][number];

function leavesOf(one: Complaint): Complaint[] {
  return one.also ? one.also.flatMap(leavesOf) : [one];
}

async function write(context: CommandContext, document: GraphDocument, format: Format): Promise<void> {
  const { args, cwd, stdout, stderr, quiet, verbose, masked } = context;
  const out = args.value('out');
  const look = { weak: verbose, all: args.has('all') };
  const text = format === 'text' ? textOf(context, document, look) : await GRAPH_FORMATS[format](document, look);
  if (out === undefined) return stdout.write(text);
  writeOut(resolve(cwd, out), out, masked(text));
  if (!quiet) stderr.line(`The graph is in ${out}.`);
}

function textOf(context: CommandContext, document: GraphDocument, look: { weak: boolean; all: boolean }): string {
  const { stdout, args } = context;
  const style = createStyle(stdout.color && !args.has('out'));
  return `${graphLines(document, { ...look, width: stdout.width, style }).join('\n')}\n`;
}

function writeOut(path: string, shown: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('usage', `${shown} cannot be written`, { found, cause });
  }
}
