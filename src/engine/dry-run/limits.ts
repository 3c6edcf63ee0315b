import { count, formatBytes } from '../../problem/quantity.ts';
import type { LiveDryRun, MovedSequence, TriedMigration } from '../../report/dry-run.ts';

/** What a live dry run cannot show, of these migrations: the end of its report. */
export function limitsOfLive(
  migrations: readonly TriedMigration[],
  direction: LiveDryRun['direction'],
): readonly string[] {
  const all = migrations.flatMap((one) => one.statements);
  const leftOut = all.filter((one) => one.state === 'not-tried').length;
  const apart = migrations.filter((one) => one.state !== 'not-tried').length > 1;
  return [
    'How long the real run will wait for its locks, and who will wait for it: other sessions come and go.',
    'The commit and the record of each migration, and what replicas and subscribers make of it.',
    ...(apart ? [ONE_TRANSACTION] : []),
    ...(leftOut > 0
      ? [`${count(leftOut, 'statement')} that cannot be tried in a transaction, and what builds upon that.`]
      : []),
    'Calls out of the database that functions hide (dblink, untrusted languages): they were made, and stay.',
    ...(direction === 'apply' ? ['Whether the way back works: nothing was rolled back by its ROLLBACK section.'] : []),
  ];
}

const ONE_TRANSACTION =
  'Locks taken again: all ran in one transaction here, so a lock is shown where it was first taken, and was held to the end; the real run commits each migration by itself.';

/** What no rollback takes away. `moved` undefined: it is not known. */
export function staysAfter(
  migrations: readonly TriedMigration[],
  moved: readonly MovedSequence[] | undefined,
): readonly string[] {
  const all = migrations.flatMap((one) => one.statements);
  const wal = all.reduce((sum, one) => sum + one.walBytes, 0);
  const changed = all.some((one) => (one.rows ?? 0) > 0 && !one.tag?.startsWith('SELECT'));
  return [
    ...(wal > 0 ? [`about ${formatBytes(wal)} of WAL`] : []),
    ...(changed ? ['dead rows in the tables that were written to, until they are vacuumed'] : []),
    ...(moved === undefined ? ['perhaps values taken from sequences: they could not be compared'] : []),
  ];
}

/** What a rehearsal cannot show; `notCopied`: so many objects were not in the copy. */
export function limitsOfRehearsal(notCopied: number): readonly string[] {
  return [
    'What the rows do: the copy has none. Values that break a new rule, duplicates, a VERIFY, and how long anything takes on tables of this size.',
    'Locks of other sessions, and how long the real run will wait for them.',
    'Owners, grants and settings of roles: everything in the copy belongs to one role.',
    ...(notCopied > 0 ? [`${count(notCopied, 'object')} that could not be copied, and what builds upon that.`] : []),
    'Whether the way back works.',
  ];
}
