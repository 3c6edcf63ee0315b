import type { Row } from '../../../postgres/row.ts';
import type { Seen, Signal } from './signal.ts';

/**
 * How many WAL files wait to be archived, without a look at the folder, which only pg_monitor may have and which costs a look at
 * each file: from the last one that was archived to the one that is being written (manual, view pg_stat_archiver, that any role
 * may read). Where archiving fails, the oldest that waits is the one that failed last: the archiver goes by age.
 */
export const archiveBacklog: Signal = {
  name: 'archive-backlog',
  sql: `SELECT a.last_archived_wal AS archived, a.last_failed_wal AS failed,
  a.last_failed_time > coalesce(a.last_archived_time, '-infinity') AS failing,
  pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) AS current,
  (SELECT s.setting FROM pg_catalog.pg_settings AS s WHERE s.name = 'wal_segment_size') AS segment
FROM pg_catalog.pg_stat_archiver AS a WHERE pg_catalog.current_setting('archive_mode') <> 'off'`,
  read: ([row]) => (row === undefined ? { readings: [] } : backlogOf(row)),
};

function backlogOf({ archived, failed, failing, current, segment }: Row): Seen {
  const perLog = 0x1_0000_0000 / Number(segment);
  const place = (file: string | null | undefined) => segmentNumber(file ?? '', perLog);
  const isFailing = failing === 't';
  const [now, oldest] = [place(current), isFailing ? place(failed) : place(archived)];
  if (now === undefined || oldest === undefined) {
    return { readings: [], unseen: 'archive_mode is on, but the server has not told of any file yet' };
  }
  const value = Math.max(0, now - oldest - (isFailing ? 0 : 1));
  const subject = isFailing ? `; the archiver fails at ${failed}` : '';
  return { readings: [{ measure: 'archiveFiles', subject, id: 'archive', value }] };
}

/** A file of WAL is named by its timeline, a log and a segment of it, 8 digits each; others have more to their names, or less. */
function segmentNumber(file: string, perLog: number): number | undefined {
  const [, log, segment] = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})(?:\.|$)/.exec(file) ?? [];
  return log === undefined || segment === undefined ? undefined : parseInt(log, 16) * perLog + parseInt(segment, 16);
}
