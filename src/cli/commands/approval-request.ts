import { resolve } from 'node:path';
import type { ActionChoice } from '../../approval/action.ts';
import { stateText } from '../../approval/verdict.ts';
import { requestApproval } from '../../engine/approval/decide.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { approvalDetail } from '../../report/approval-text.ts';
import { createStyle } from '../../report/style.ts';
import { reasonOf } from '../approval-decision.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const choice = await choiceOf(context);
  const reason = reasonOf(context.args);
  const { database, request, isNews } = await withEngine(context, {}, (engine) =>
    requestApproval(engine, choice, reason),
  );
  const { stdout, stderr, quiet } = context;
  if (context.wantsJson) {
    context.json({ ok: true, database, isNews, request });
    return EXIT.done;
  }
  const page = { width: stderr.width, style: createStyle(stderr.color) };
  if (!quiet) for (const line of approvalDetail({ ...request, moved: null }, page).slice(1)) stderr.line(line);
  stdout.line(request.hash);
  if (quiet) return EXIT.done;
  if (!isNews) stderr.line(`It is on record already: ${stateText(request)}.`);
  if (request.state === 'requested')
    stderr.line(`Another person agrees with: taskflow-db approval approve ${request.hash.slice(0, 12)}`);
  return EXIT.done;
}

/** The flags of migrate that rollback does not have, and the other way round. */
const ONLY_OF = {
  migrate: ['only', 'plan', 'allow-late', 'single-transaction', 'force-contract'],
  rollback: ['cascade', 'steps', 'no-data'],
} as const;

async function choiceOf(context: CommandContext): Promise<ActionChoice> {
  const { args } = context;
  const action = args.positionals[0] === 'rollback' ? 'rollback' : 'migrate';
  const other = action === 'migrate' ? 'rollback' : 'migrate';
  const stray = ONLY_OF[other].find((name) => args.has(name));
  if (stray !== undefined)
    throw new Problem('usage', `--${stray} is an option of ${other}`, {
      found: `approval request ${action}`,
      state: 'Nothing was written.',
    });
  return action === 'migrate' ? migrateChoice(context) : rollbackChoice(context);
}

async function migrateChoice(context: CommandContext): Promise<ActionChoice> {
  exclusive(context, ['to', 'version', 'only', 'plan']);
  const { args, cwd } = context;
  const forceContract = args.value('force-contract') ?? null;
  const file = args.value('plan');
  if (file !== undefined) {
    for (const flag of ['allow-late', 'single-transaction']) exclusive(context, ['plan', flag]);
    const { readPlanFile } = await import('../../engine/plan/plan-file.ts');
    return { action: 'migrate', ...readPlanFile(resolve(cwd, file), file).choice, forceContract };
  }
  return {
    action: 'migrate',
    to: args.value('to') ?? args.value('version') ?? null,
    only: args.value('only') ?? null,
    allowLate: args.has('allow-late'),
    singleTransaction: args.has('single-transaction'),
    forceContract,
  };
}

function rollbackChoice(context: CommandContext): ActionChoice {
  exclusive(context, ['to', 'version', 'steps']);
  const { args } = context;
  if (args.has('cascade') && args.value('version') === undefined)
    throw new Problem('usage', '--cascade goes with --version: it undoes what stands on that version, too');
  return {
    action: 'rollback',
    to: args.value('to') ?? null,
    version: args.value('version') ?? null,
    cascade: args.has('cascade'),
    steps: args.integer('steps', 1) ?? null,
    data: !args.has('no-data'),
  };
}
