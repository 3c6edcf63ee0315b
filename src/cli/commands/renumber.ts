import { hasManifest } from '../../engine/manifest/manifest-file.ts';
import { type DatabaseFacts, databaseFacts, type Judges } from '../../engine/renumber/facts.ts';
import { type RenumberResult, renumber } from '../../engine/renumber/renumber.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { renumberLines, renumberRemarks } from '../../report/renumber-text.ts';
import { createStyle } from '../../report/style.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { branchFacts, committedFacts } from '../git-branch.ts';
import { withEngine, withScratchServer } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args, cwd } = context;
  const settings = context.settings();
  const lock = args.has('lock');
  if (lock) refuseMoving(context);
  const judges: Asked = lock ? { database: undefined, branch: undefined } : await judgesFor(context);
  const dryRun = args.has('dry-run');
  const result = await withScratchServer(context, (openScratch) =>
    renumber({
      ...judges,
      settings,
      cwd,
      named: args.positionals,
      lock,
      dryRun,
      openScratch,
    }),
  );
  if (context.wantsJson) context.json(documentOf(result, judges, dryRun));
  else show(context, result, { ...judges, isAsked: !lock }, dryRun);
  return EXIT.done;
}

interface Asked extends Judges {
  /** Neither a database nor a branch was named or found: what is committed keeps its number. */
  readonly isGuess?: boolean;
}

/** Nothing is moved by guess: a file may be applied somewhere. */
async function judgesFor(context: CommandContext): Promise<Asked> {
  const { args, signal } = context;
  const { directories, renumber: own } = context.settings();
  const branch = await branchFacts(directories, args.value('since') ?? own.since, signal);
  const database = args.has('offline') ? undefined : await askDatabase(context);
  if (database || branch) return { database, branch };
  const committed = await committedFacts(directories, signal);
  if (committed) return { database, branch: committed, isGuess: true };
  if (args.positionals.length === 0 && directories.some(hasManifest)) return { database, branch };
  throw new Problem('target-missing', 'nobody says which migrations are applied', {
    expected: 'a database, or a branch of Git that others start from',
    state: 'Nothing was changed.',
    next: [
      'Name a database: --database taskflow_db',
      'Or the branch whose files keep their numbers: --since origin/main',
    ],
  });
}

/** Undefined where none is named. */
async function askDatabase(context: CommandContext): Promise<DatabaseFacts | undefined> {
  try {
    return await withEngine(context, {}, databaseFacts);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'target-missing') return undefined;
    if (error.code !== 'connection') throw error;
    throw error.with({
      next: [...(error.fields.next ?? []), 'Or let the branch alone decide: taskflow-db renumber --offline'],
    });
  }
}

function refuseMoving({ args }: CommandContext): void {
  const given = ['since', 'offline'].filter((flag) => args.has(flag)).map((flag) => `--${flag}`);
  const [first] = [...args.positionals, ...given];
  if (first === undefined) return;
  throw new Problem('usage', `--lock and ${first} do not go together`, {
    expected: '--lock alone: it writes the manifests, and moves nothing',
    state: 'Nothing was changed.',
  });
}

function documentOf(result: RenumberResult, { database, branch }: Judges, dryRun: boolean): object {
  return { ok: true, dryRun, database: database?.database ?? null, branch: branch?.name ?? null, ...result };
}

interface Shown extends Asked {
  readonly isAsked: boolean;
}

function show(context: CommandContext, result: RenumberResult, judges: Shown, dryRun: boolean): void {
  const { stdout, stderr, quiet } = context;
  const { database, branch, isGuess = false, isAsked } = judges;
  const by = isAsked ? { database: database?.database, branch: branch?.said, isGuess } : undefined;
  const look = { width: stdout.width, style: createStyle(stdout.color), dryRun, by };
  for (const line of renumberLines(result, look)) stdout.line(line);
  if (quiet) return;
  for (const text of renumberRemarks(result, look)) stderr.line(wrap(text, stderr.width, '  '));
}
