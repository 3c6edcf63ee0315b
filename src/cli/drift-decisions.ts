import type { Control } from '../engine/control.ts';
import type { Engine } from '../engine/engine.ts';
import { isProduction } from '../engine/production.ts';
import { acceptDrift, revokeAcceptances } from '../engine/schema/accept-drift.ts';
import { driftToMigration } from '../engine/schema/drift-migration.ts';
import type { Scratch } from '../engine/scratch/scratch.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { Problem } from '../problem/problem.ts';
import { count } from '../problem/quantity.ts';
import { wrap } from '../report/width.ts';
import type { CommandContext } from './context.ts';
import { leftOutJson, leftOutLines } from './drift-remarks.ts';
import { gitUser } from './git-user.ts';
import { confirmChange, exclusive, withEngine } from './open.ts';

const DECISIONS = ['to-migration', 'accept', 'revoke'] as const;

/** How `diff` decides on drift, by flag; undefined where it only shows it. */
export function decisionOf(
  context: CommandContext,
): ((openScratch: () => Promise<Scratch>) => Promise<ExitStatus>) | undefined {
  const { args } = context;
  exclusive(context, ['save', ...DECISIONS]);
  exclusive(context, ['sql', ...DECISIONS]);
  const flag = DECISIONS.find((name) => args.has(name));
  if (flag === undefined) {
    if (args.has('reason')) throw new Problem('usage', '--reason needs --accept, --revoke or --to-migration');
    return undefined;
  }
  if (args.positionals.length > 0)
    throw new Problem('usage', `--${flag} is about the drift of one database, and takes no schema`, {
      next: ['Name the database with --database or --env.'],
    });
  if (flag === 'to-migration') return (openScratch) => toMigration(context, openScratch);
  const reason = reasonFor(context, flag);
  if (flag === 'accept') return (openScratch) => accept(context, openScratch, reason);
  return () => revoke(context, reason);
}

function reasonFor({ args }: CommandContext, flag: string): string {
  const reason = args.value('reason')?.trim();
  if (reason) return reason;
  throw new Problem('usage', `--${flag} needs a reason`, {
    expected: '--reason "why", which is kept in the audit trail',
  });
}

function includedBy({ args }: CommandContext) {
  return { owners: args.has('owners'), privileges: args.has('privileges') };
}

function approvalOf(context: CommandContext, engine: Engine) {
  return (what: string, control: Control) =>
    confirmChange(context, {
      what,
      database: control.server.database,
      production: isProduction(engine, control),
      losesData: false,
    });
}

const STRICT_RERUN =
  'Note: verify wants files that may run twice here ("rerun": "strict"): write IF NOT EXISTS where this one has not, then have the edited file taken: taskflow-db repair --accept VERSION --reason TEXT';

async function toMigration(context: CommandContext, openScratch: () => Promise<Scratch>): Promise<ExitStatus> {
  const { args, cwd, stdout, stderr, quiet } = context;
  const reason = args.value('reason')?.trim() || undefined;
  let strict = false;
  const made = await withEngine(context, {}, (engine) => {
    strict = engine.settings.verify.rerun === 'strict';
    return driftToMigration(engine, openScratch, {
      name: args.value('to-migration') ?? '',
      author: gitUser(cwd),
      date: new Date().toISOString().slice(0, 10),
      included: includedBy(context),
      reason,
      approve: approvalOf(context, engine),
    });
  });
  const { drift, changes, version, file } = made;
  const { database, notes } = drift;
  if (context.wantsJson)
    context.json({ ok: true, database, version, file, changes, leftOut: leftOutJson(drift.leftOut) });
  else if (file !== null) stdout.line(file);
  if (context.wantsJson || quiet) return EXIT.done;
  for (const remark of [...leftOutLines(drift.leftOut), ...notes]) stderr.line(`Note: ${remark}`);
  if (version === null) stderr.line(`Equal: nothing of ${database} is to be accepted.`);
  else stderr.line(`${count(changes.length, 'difference')} in it. It is recorded as applied to ${database}.`);
  if (version !== null && strict) stderr.line(wrap(STRICT_RERUN, stderr.width, '  '));
  return EXIT.done;
}

async function accept(
  context: CommandContext,
  openScratch: () => Promise<Scratch>,
  reason: string,
): Promise<ExitStatus> {
  const { database, changes, acceptedBefore } = await withEngine(context, {}, (engine) =>
    acceptDrift(engine, openScratch, { included: includedBy(context), reason, approve: approvalOf(context, engine) }),
  );
  const before = acceptedBefore === 0 ? '' : ` ${acceptedBefore} accepted before.`;
  if (context.wantsJson) context.json({ ok: true, database, changes, acceptedBefore });
  else if (changes.length === 0) context.stdout.line(`Nothing of ${database} is to be accepted.${before}`);
  else context.stdout.line(`${count(changes.length, 'difference')} of ${database} accepted, on record.${before}`);
  return EXIT.done;
}

async function revoke(context: CommandContext, reason: string): Promise<ExitStatus> {
  const { database, revoked } = await withEngine(context, {}, (engine) =>
    revokeAcceptances(engine, { reason, approve: approvalOf(context, engine) }),
  );
  if (context.wantsJson) context.json({ ok: true, database, revoked });
  else if (revoked) context.stdout.line(`Nothing of ${database} is accepted on record any more.`);
  else context.stdout.line(`Nothing of ${database} was accepted on record.`);
  return EXIT.done;
}
