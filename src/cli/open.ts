import type { Engine } from '../engine/engine.ts';
import { type EngineInputs, namedDatabase, openEngine } from '../engine/open-engine.ts';
import type { Scratch } from '../engine/scratch/scratch.ts';
import type { TargetFlags } from '../postgres/target/inputs.ts';
import { Problem } from '../problem/problem.ts';
import type { RunEvent } from '../report/events.ts';
import { createProgressLine } from '../report/progress.ts';
import { createProgressLog } from '../report/progress-log.ts';
import { createProgressText } from '../report/progress-text.ts';
import { runLines } from '../report/run-text.ts';
import { createStyle } from '../report/style.ts';
import type { CommandContext } from './context.ts';
import { ownName } from './own-name.ts';
import { VERSION } from './version.ts';

/**
 * Opens the engine for a command and tells what happens on stderr, as far as the person wants to hear it. `database`: an
 * argument that stands for `--database`.
 */
export async function withEngine<T>(
  context: CommandContext,
  options: { mayCreateEmbedded?: boolean; database?: string | undefined },
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const talk = createTalk(context);
  try {
    return await use(await openEngine({ ...(await inputsOf(context, options)), emit: talk.hear }));
  } finally {
    talk.end();
  }
}

/** Who is at work, by `--by` or the operating system. */
function personName({ args }: CommandContext): string | undefined {
  const said = args.value('by')?.trim();
  if (said === undefined) return ownName();
  if (/^[^\p{Cc}]{1,100}$/u.test(said)) return said;
  throw new Problem('usage', '--by needs a name', { expected: 'a name of at most 100 characters' });
}

/** As withEngine, for another environment of the configuration; flags that name a target are not about this one. */
export function openEnvironment(context: CommandContext, environment: string): Promise<Engine> {
  const { settingsOf, env, cwd, signal, hide: onSecret, masked: mask } = context;
  const settings = settingsOf(environment);
  const around = { env, cwd, signal, onSecret, mask, toolVersion: VERSION, live: false, mayCreateEmbedded: false };
  return openEngine({ ...around, settings, flags: {}, emit: () => {} });
}

async function inputsOf(
  context: CommandContext,
  { mayCreateEmbedded = false, database }: { mayCreateEmbedded?: boolean; database?: string | undefined },
): Promise<Omit<EngineInputs, 'emit'>> {
  return {
    settings: context.settings(),
    flags: await targetFlags(context, database),
    env: context.env,
    cwd: context.cwd,
    toolVersion: VERSION,
    by: personName(context),
    signal: context.signal,
    live: context.stderr.isTty && !context.quiet,
    mayCreateEmbedded,
    onSecret: context.hide,
    mask: context.masked,
  };
}

/**
 * Gives a command the scratch server of `--scratch`, the settings, or the embedded one, as soon as it asks for it. What is
 * made there is dropped behind `use`.
 */
export async function withScratchServer<T>(
  context: CommandContext,
  use: (open: () => Promise<Scratch>) => Promise<T>,
  settings = context.settings(),
  signal = context.signal,
): Promise<T> {
  const url = context.args.value('scratch');
  refusePassword(url ?? '', '--scratch');
  const talk = createTalk(context);
  const { withScratch } = await import('../engine/scratch/scratch.ts');
  const inputs = {
    settings,
    env: context.env,
    cwd: context.cwd,
    toolVersion: VERSION,
    signal,
    onSecret: context.hide,
    mask: context.masked,
    emit: talk.hear,
    url,
  };
  try {
    return await withScratch(inputs, use);
  } finally {
    talk.end();
  }
}

/** As namedDatabase, for commands that can do without a server; and what tells of their progress. */
export async function withoutEngine<T>(
  context: CommandContext,
  use: (around: { readonly database: string | undefined; readonly emit: (event: RunEvent) => void }) => Promise<T>,
): Promise<T> {
  const talk = createTalk(context);
  try {
    const flags = await targetFlags(context, undefined);
    return await use({
      database: namedDatabase({ env: context.env, flags, settings: context.settings() }),
      emit: talk.hear,
    });
  } finally {
    talk.end();
  }
}

/** Events after which the progress line tells of something that is over. */
const ENDS_PROGRESS: ReadonlySet<RunEvent['kind']> = new Set([
  'applied',
  'rolled_back',
  'failed',
  'skipped',
  'backed_up',
]);

function createTalk(context: CommandContext): { hear(event: RunEvent): void; end(): void } {
  const { stderr } = context;
  const style = createStyle(stderr.color);
  const progress = createProgressLine(stderr, () => performance.now());
  const progressText = createProgressText();
  const log = createProgressLog(stderr, () => performance.now());
  return {
    hear(event) {
      if (!wanted(event, context)) return;
      const text = progressText(event);
      if (text !== undefined) progress.show(text);
      else if (ENDS_PROGRESS.has(event.kind)) progress.clear();
      const lines = [...runLines(event, { style, width: stderr.width }), ...log.linesOf(event, text)];
      if (lines.length > 0) progress.above(`${lines.join('\n')}\n`);
    },
    end: () => progress.clear(),
  };
}

/** `--quiet` leaves warnings; which database is meant is said unless it was named by hand, or always when it is the embedded one. */
function wanted(event: RunEvent, context: CommandContext): boolean {
  if (event.kind === 'target') return !context.quiet && (event.embedded || context.verbose);
  if (event.kind === 'notice' && event.severity !== 'WARNING' && !context.verbose)
    return !context.quiet && !isSkipNotice(event.message);
  return !context.quiet || LOUD.has(event.kind);
}

/** What `--quiet` leaves. */
const LOUD: ReadonlySet<RunEvent['kind']> = new Set(['warning', 'preflight', 'blocker_cancelled']);

/** "relation already exists, skipping": what an idempotent file says at every second run. */
function isSkipNotice(message: string): boolean {
  return /, skipping$/.test(message);
}

async function targetFlags(context: CommandContext, named: string | undefined): Promise<TargetFlags> {
  const { args } = context;
  const database = named ?? args.value('database');
  refusePassword(database ?? '', named === undefined ? '--database' : 'an argument');
  const password = args.has('password') ? await context.askSecret('Password') : undefined;
  return {
    host: args.value('host'),
    port: args.value('port'),
    database,
    user: args.value('user'),
    passwordPrompted: password,
  };
}

/** A password among the arguments would stand in the process list for everyone to read. */
function refusePassword(database: string, where: string): void {
  if (!/^[a-z]+:\/\/[^@/?#]*:[^@/?#]+@|[?&\s]password\s*=|^password\s*=/i.test(database)) return;
  throw new Problem('usage', `a password in ${where} can be read by everyone in the process list`, {
    expected: 'a connection string without a password',
    state: 'Nothing was read or changed.',
    next: ['Give it in DATABASE_URL, PGPASSWORD or ~/.pgpass, or let --password ask for it.'],
  });
}

/** Asks before something that can lose data or touches production; `production` is said in the question. */
export async function confirmChange(
  context: CommandContext,
  change: { what: string; database: string; production: boolean; losesData: boolean },
): Promise<void> {
  if (!change.production && !change.losesData) return;
  const where = `${change.database}${change.production ? ' (production)' : ''}`;
  await context.confirm(`${change.what} on ${where}?`);
}

/** Flags of which at most one makes sense. */
export function exclusive(context: CommandContext, names: readonly string[]): void {
  const given = names.filter((name) => context.args.has(name));
  if (given.length < 2) return;
  throw new Problem('usage', `${given.map((name) => `--${name}`).join(' and ')} do not go together`, {
    expected: 'at most one of them',
  });
}
