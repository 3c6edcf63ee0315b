import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type JudgeRequest, judge, judgeAndFix } from '../../engine/lint/judge.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { type FixedFiles, fixedLines } from '../../report/lint/fixed-text.ts';
import type { FormatOptions } from '../../report/lint/format.ts';
import { LINT_FORMATS } from '../../report/lint/formats.ts';
import { basisText, failing, unjudged } from '../../report/lint/summary.ts';
import { hintTexts, lintLines } from '../../report/lint/text.ts';
import { maskTexts } from '../../report/mask.ts';
import { createProgressLine } from '../../report/progress.ts';
import { createStyle } from '../../report/style.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { explainRule } from '../explain-rule.ts';
import { lintKnowledge } from '../lint-knowledge.ts';
import { exclusive, withScratchServer } from '../open.ts';
import { repositoryRoot } from '../repository-root.ts';
import { rulePage } from '../rule-page.ts';
import { VERSION } from '../version.ts';

type Report = Awaited<ReturnType<typeof judge>>;

export async function run(context: CommandContext): Promise<ExitStatus> {
  const explained = context.args.value('explain');
  if (explained !== undefined) return explainRule(context, explained);
  const format = formatOf(context);
  // Each text by itself: in a document with its escapes, a password might not be known for one any more.
  const { report, fixed } = maskTexts(await judged(context), context.masked);
  const { failOn } = context.settings().lint;
  sayBasis(context, report);
  if (fixed) await sayFixed(context, fixed);
  write(context, report, format, fixed);
  if (unjudged(report) > 0) return EXIT.failed;
  return failing(report, failOn) > 0 ? EXIT.different : EXIT.done;
}

type Format = keyof typeof LINT_FORMATS | 'text';

function formatOf({ args, wantsJson }: CommandContext): Format {
  const given = args.value('format') as Format | undefined;
  if (wantsJson && given !== undefined && given !== 'json')
    throw new Problem('usage', `--json and --format ${given} do not go together`, { expected: 'one of them' });
  const format = given ?? (wantsJson ? 'json' : 'text');
  if (format === 'text' && args.has('out'))
    throw new Problem('usage', '--out needs a format for programs', {
      expected: `--format ${Object.keys(LINT_FORMATS).join(', ')}`,
    });
  return format;
}

interface Judged {
  readonly report: Report;
  readonly fixed?: FixedFiles;
}

async function judged(context: CommandContext): Promise<Judged> {
  const { args, cwd, signal, stderr, quiet } = context;
  const progress = createProgressLine(stderr, () => performance.now());
  const request: JudgeRequest = {
    settings: context.settings(),
    cwd,
    signal,
    files: args.positionals.map((file) => resolve(cwd, file)),
    ruleNames: args.values('rule'),
    know: () => lintKnowledge(context),
    onFile: (done, total, version) => {
      if (!quiet) progress.show(`${done}/${total}  ${version}`);
    },
  };
  exclusive(context, ['rehearse', 'fix']);
  try {
    if (args.has('rehearse')) {
      return await withScratchServer(context, async (openScratch) => ({
        report: await judge({ ...request, openScratch }),
      }));
    }
    if (!args.has('fix')) return { report: await judge(request) };
    const { report, ...fixed } = await judgeAndFix(request);
    return { report, fixed };
  } finally {
    progress.clear();
  }
}

function sayBasis({ quiet, stderr }: CommandContext, { basis, files, notes }: Report): void {
  if (quiet) return;
  stderr.line(wrap(basisText(basis, files.length), stderr.width, '  '));
  for (const note of notes) stderr.line(wrap(`Note: ${note}`, stderr.width, '  '));
}

async function sayFixed({ quiet, stderr }: CommandContext, fixed: FixedFiles): Promise<void> {
  if (quiet) return;
  const look = { width: stderr.width, style: createStyle(stderr.color) };
  for (const line of await fixedLines(fixed, look)) stderr.line(line);
}

/** With `--out` the document goes there, and people see the text. */
function write(context: CommandContext, report: Report, format: Format, fixed: FixedFiles | undefined): void {
  const { args, cwd, stdout } = context;
  const out = args.value('out');
  if (format !== 'text') {
    const document = LINT_FORMATS[format](report, { ...formatOptions(context), fixed });
    if (out === undefined) stdout.write(document);
    else writeOut(resolve(cwd, out), out, document);
  }
  if (format === 'text' || out !== undefined) show(context, report);
}

function writeOut(path: string, shown: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('usage', `${shown} cannot be written`, { found, cause });
  }
}

function formatOptions(context: CommandContext): FormatOptions {
  const { cwd, env } = context;
  const root = repositoryRoot(cwd, env);
  return {
    failOn: context.settings().lint.failOn,
    toolVersion: VERSION,
    pageOf: rulePage,
    pathOf: (file) => {
      const path = relative(root, resolve(cwd, file)).replaceAll('\\', '/');
      return path.startsWith('../') ? resolve(cwd, file).replaceAll('\\', '/') : path;
    },
  };
}

function show({ args, stdout, stderr, quiet, verbose }: CommandContext, report: Report): void {
  const look = { width: stdout.width, style: createStyle(stdout.color), verbose };
  stdout.line(lintLines(report, look).join('\n'));
  if (quiet) return;
  for (const hint of hintTexts(report, { verbose, fixed: args.has('fix') }))
    stderr.line(wrap(hint, stderr.width, '  '));
}
