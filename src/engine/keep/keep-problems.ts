import type { Statement } from '../../migration/migration.ts';
import { type Location, Problem } from '../../problem/problem.ts';
import { count, formatBytes, formatDuration } from '../../problem/quantity.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import type { Relation } from './relations.ts';

const NEXT = [
  'Take a full backup, and keep nothing of this run: taskflow-db backup, then migrate --backup=never',
  'Or allow the lock to be held longer for this file: -- Lock-Timeout: 10s',
];

/** A relation that nobody can copy in the time that others may be kept waiting; `besideBytes`: of those that are copied with it. */
export function tooLarge(relation: Relation, besideBytes: number, lockTimeoutMs: number): Problem {
  const beside = besideBytes > 0 ? `, and ${formatBytes(besideBytes)} of others that are locked until then` : '';
  return new Problem('backup-refused', `${shown(relation)} is too large to be copied while it is locked`, {
    found: `${formatBytes(relation.bytes)}${beside}; others would wait for it longer than ${formatDuration(lockTimeoutMs)}, the lock timeout`,
    next: NEXT,
  });
}

/** A table that is written faster than it is copied. */
export function notCaughtUp(relation: Relation, left: number): Problem {
  return new Problem('backup-refused', `${shown(relation)} is written faster than it can be copied`, {
    found: `${count(left, 'row')} written since the last look, again and again`,
    next: ['Run it when there is less traffic, or keep nothing of it: --backup=never'],
  });
}

/** What was copied of it is not what there is now, and no keys say in which rows. */
export function movedMeanwhile(relation: Relation, what: string): Problem {
  return new Problem('backup-refused', `${shown(relation)} was changed as a whole while it was copied`, {
    found: `meanwhile it ${what}`,
    next: ['Run the command again: what was copied is removed, and all of it is copied anew.'],
  });
}

/** More rows were deleted or updated than were asked for before. */
export function moreTouched(
  relation: Relation,
  { touched, rows }: { touched: number; rows: number },
  { line }: Statement,
): Problem {
  return new Problem(
    'backup-refused',
    `line ${line} changes rows of ${shown(relation)} that it did not match a moment before`,
    {
      found: `${count(touched, 'row')} changed, ${rows} kept`,
      next: [
        'Run the command again: somebody else may have added rows meanwhile.',
        'A condition that answers differently each time (random, clock_timestamp) cannot be kept: --backup=never',
      ],
    },
  );
}

/**
 * What stopped a copy (`stopped`: the person did): for a lock that was not to be had, or a deadlock, the server's error as it is, so that the whole
 * transaction is tried again.
 */
export function copyingFailed(
  error: unknown,
  { version, statement: { line }, stopped }: { version: string; statement: Statement; stopped: boolean },
): unknown {
  if (error instanceof Problem || !isDatabaseError(error) || isTriedAgain(error)) return error;
  // Others would have waited for longer than for a lock: as good as one that was not to be had, and tried again like it.
  if (error.code === QUERY_CANCELED && !stopped) return gaveWay(error);
  const problem = databaseProblem(error, `${version}: what line ${line} removes cannot be kept`);
  if (isHidden(error)) return problem.with({ next: [...SEEING, 'Or keep nothing of it: --backup=never'] });
  return problem.code === 'statement-failed'
    ? new Problem('backup-failed', problem.message, { ...problem.fields, next: NEXT })
    : problem;
}

/** What stopped the data from being put back; as it is, what makes the whole transaction be tried again. */
export function puttingBackFailed(error: unknown, version: string, where: Location | undefined): unknown {
  if (error instanceof Problem || !isDatabaseError(error) || isTriedAgain(error)) return error;
  const place = where ? { where } : {};
  const problem = databaseProblem(error, `${version}: what was kept cannot be put back`);
  if (isHidden(error)) return problem.with({ ...place, next: [...SEEING, WITHOUT_DATA] });
  const next = [WITHOUT_DATA, 'Or change the ROLLBACK section so that the rows fit.'];
  return problem.code === 'statement-failed'
    ? new Problem('backup-failed', problem.message, { ...problem.fields, ...place, next })
    : problem.with(place);
}

const WITHOUT_DATA = 'Without the data, which then stays in the schema taskflow_backup: taskflow-db rollback --no-data';

/** A policy hides rows of a table that the role of the run does not own, which `row_security = off` makes an error. */
function isHidden({ code, message }: { readonly code?: string | undefined; readonly message: string }): boolean {
  return code === '42501' && message.includes('row-level security');
}

/** A large table is copied while it is in use, so nothing of it can be switched off meanwhile: a policy of its owner stands in the way. */
export function copyingLargeFailed(error: unknown, relation: Relation): unknown {
  const server = error instanceof Problem ? error.fields.server : undefined;
  const hidden = isDatabaseError(error)
    ? isHidden(error)
    : isHidden({ code: server?.sqlstate, message: server?.message ?? '' });
  if (!hidden) return error;
  return new Problem(
    'backup-refused',
    `${shown(relation)} cannot be copied while it is in use: a policy hides rows of it`,
    {
      found: 'FORCE ROW LEVEL SECURITY, and a role without BYPASSRLS',
      next: [
        'As a role with BYPASSRLS (setting "role").',
        'Or allow the lock to be held longer for this file, and it is copied under that: -- Lock-Timeout: 10s',
        'Or keep nothing of it: --backup=never',
      ],
    },
  );
}

const SEEING = ['As a role that sees all rows: the owner of the table, or one with BYPASSRLS (setting "role").'];

/** Serialization failure, deadlock, lock not available. */
function isTriedAgain({ code }: { readonly code?: string | undefined }): boolean {
  return ['40001', '40P01', '55P03'].includes(code ?? '');
}

const QUERY_CANCELED = '57014';

function gaveWay(error: Error): Error {
  const message = 'what is destroyed could not be copied within the lock timeout';
  return Object.assign(new Error(message, { cause: error }), { severity: 'ERROR', code: '55P03' });
}

function shown({ schema, name }: Relation): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}
