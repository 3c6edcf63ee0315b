import type { Change, Difference } from '../catalog/compare.ts';
import type { Migration } from '../migration/migration.ts';
import type { Problem } from '../problem/problem.ts';
import type { Check, CheckName, CheckState } from './check.ts';
import { type DataFacts, remarkLines, remarksOf } from './data-facts.ts';
import type { Facts, KilledFacts, RerunFacts, VerifyFacts, WayBackFacts } from './facts.ts';
import { placeInBody, placeInWayBack, placeOfRows, placeOfVerify } from './place.ts';

/** What is wrong where PostgreSQL refuses the second run. */
export interface Strictness {
  readonly rerun: 'strict' | 'note';
}

/** The checks of one migration. */
export function judge(migration: Migration, facts: Facts, strictness: Strictness): Check[] {
  return [
    wayBackCheck(migration, facts.wayBack, facts.killed),
    rerunCheck(migration, facts.rerun, strictness),
    ...(facts.killed ? [killedCheck(migration, facts.killed)] : []),
    verifyCheck(migration, facts.verify),
  ];
}

function check(
  name: CheckName,
  { version }: Migration,
  state: CheckState,
  detail = '',
  more: Partial<Check> = {},
): Check {
  return { name, version, state, detail, ...more };
}

const UNDONE = { before: 'before the migration', after: 'after its rollback' };
const AGAIN = { before: 'applied the first time', after: 'applied again after its rollback' };
const RERUN = { before: 'run once', after: 'run twice' };

function wayBackCheck(migration: Migration, facts: WayBackFacts, killed: KilledFacts | undefined): Check {
  const of = (state: CheckState, detail?: string, more?: Partial<Check>) =>
    check('rollback', migration, state, detail, more);
  switch (facts.kind) {
    case 'irreversible':
      return of('ok', `irreversible: ${facts.reason}`);
    case 'none':
      if (migration.data?.keep)
        return killed?.kind === 'same' ? of('ok') : of('not-checked', 'what its batches keep comes back');
      return of('note', 'no way back: the file has neither ROLLBACK nor IRREVERSIBLE');
    case 'failed':
      return of('failed', `its rollback fails: ${messageOf(facts.problem)}`, ofProblem(facts.problem));
    case 'not again':
      if (!facts.undone.equal) return notUndone(migration, facts.undone);
      return of(
        'failed',
        `after its rollback it cannot be applied again: ${messageOf(facts.problem)}`,
        ofProblem(facts.problem),
      );
    case 'ran':
      if (!facts.undone.equal) return { ...notUndone(migration, facts.undone), ...dataOf(facts.data) };
      if (!facts.again.equal) return notAgain(migration, facts.again);
      return { ...orderNote(migration, [facts.undone, facts.again]), ...dataOf(facts.data) };
  }
}

function notUndone(migration: Migration, { changes }: Difference): Check {
  const detail = `its rollback ${undoneText(changes)}`;
  return check('rollback', migration, 'failed', detail, {
    where: placeInWayBack(migration, changes),
    changes,
    sides: UNDONE,
  });
}

function notAgain(migration: Migration, { changes }: Difference): Check {
  const detail = `applied again after its rollback it makes something else: ${listed(changes)}`;
  return check('rollback', migration, 'failed', detail, {
    where: placeInBody(migration, changes),
    changes,
    sides: AGAIN,
  });
}

/** `leaves index public.i behind`, `loses table public.t`, `restores column public.t.c, but not as it was (default)`. */
function undoneText(changes: readonly Change[]): string {
  const [first] = changes;
  const more = changes.length > 1 ? `; ${changes.length} differences in all` : '';
  if (!first) return 'leaves a difference';
  const object = `${first.type} ${first.name}`;
  if (first.kind === 'added') return `leaves ${object} behind${more}`;
  if (first.kind === 'removed') return `loses ${object}${more}`;
  return `restores ${object}, but not as it was (${Object.keys(first.detail).join(', ')})${more}`;
}

/** Nothing, where nothing is to be said. */
function dataOf(facts: DataFacts | undefined): Pick<Check, 'data'> {
  const data = facts && remarksOf(facts);
  return data && remarkLines(data).length > 0 ? { data } : {};
}

/** A dropped column comes back behind the others: that is all that PostgreSQL can do. */
function orderNote(migration: Migration, differences: readonly Difference[]): Check {
  const tables = new Set(differences.flatMap(({ notes }) => notes.map(({ name }) => name)));
  if (tables.size === 0) return check('rollback', migration, 'ok');
  return check('rollback', migration, 'note', `columns come back at another position: ${[...tables].join(', ')}`);
}

function rerunCheck(migration: Migration, facts: RerunFacts, { rerun }: Strictness): Check {
  const of = (state: CheckState, detail?: string, more?: Partial<Check>) =>
    check('rerun', migration, state, detail, more);
  if (facts.kind === 'not checked') return of('not-checked', facts.reason);
  const { changes, equal } = facts.changed;
  if (!equal)
    return of('failed', `a second run changes ${listed(changes)}`, {
      where: placeInBody(migration, changes),
      changes,
      sides: RERUN,
    });
  if (facts.kind === 'refused') {
    // It is never run where anything of it may be there.
    const isSquash = migration.headers.replaces.length > 0;
    const state = rerun === 'strict' && !isSquash ? 'failed' : 'note';
    return of(state, `a second run is refused: ${messageOf(facts.problem)}`, ofProblem(facts.problem));
  }
  if (facts.rows.length === 0) return of('ok');
  return of('failed', `a second run changes rows of ${facts.rows.join(', ')}`, {
    where: placeOfRows(migration, facts.rows[0]!),
  });
}

function killedCheck(migration: Migration, facts: KilledFacts): Check {
  const of = (state: CheckState, detail?: string, more?: Partial<Check>) =>
    check('killed', migration, state, detail, more);
  switch (facts.kind) {
    case 'same':
      return of('ok', facts.unsteady.length > 0 ? `but for ${facts.unsteady.join(', ')}, other each time` : '');
    case 'differs':
      return of('failed', `killed and gone on with, it leaves other rows in ${facts.tables.join(', ')}`, {
        where: placeOfRows(migration, facts.tables[0]!),
      });
    case 'not back':
      return of('failed', `what its batches keep does not bring back all rows of ${facts.tables.join(', ')}`, {
        where: placeOfRows(migration, facts.tables[0]!),
      });
    case 'failed':
      return of('failed', `killed, it does not go on: ${messageOf(facts.problem)}`, ofProblem(facts.problem));
    case 'not checked':
      return of('not-checked', facts.reason);
  }
}

function verifyCheck(migration: Migration, facts: VerifyFacts): Check {
  if (facts.kind === 'none') return check('verify', migration, 'ok', 'no VERIFY section');
  if (facts.kind === 'holds') return check('verify', migration, 'ok');
  const where = placeOfVerify(migration);
  if (facts.idle)
    return check(
      'verify',
      migration,
      'note',
      'VERIFY holds without the migration, which changes nothing of an empty database',
      { where },
    );
  return check('verify', migration, 'failed', 'VERIFY is vacuous: every query is true without the migration, too', {
    where,
  });
}

const NAMED_MAX = 3;

function listed(changes: readonly Change[]): string {
  const names = changes.slice(0, NAMED_MAX).map(({ type, name }) => `${type} ${name}`);
  const more = changes.length > NAMED_MAX ? ` and ${changes.length - NAMED_MAX} more` : '';
  return `${names.join(', ')}${more}`;
}

function messageOf(problem: Problem): string {
  return problem.fields.server?.message ?? problem.message;
}

function ofProblem(problem: Problem): Partial<Check> {
  return { problem, ...(problem.fields.where ? { where: problem.fields.where } : {}) };
}
