import { type Signal, TABLE_AND_PARTITIONS } from './signal.ts';

/** The share of dead rows in the table with its partitions, as the server counts them (manual, "The Cumulative Statistics System"). */
export const deadRows: Signal = {
  name: 'dead-rows',
  sql: `SELECT sum(pg_catalog.pg_stat_get_dead_tuples(t.relid)) AS dead, sum(pg_catalog.pg_stat_get_live_tuples(t.relid)) AS live,
  pg_catalog.current_setting('track_counts') AS counted
FROM ${TABLE_AND_PARTITIONS} AS t (relid)`,
  params: ({ relation }) => [relation],
  read: ([row], { table }) => {
    const [dead, live] = [Number(row?.dead), Number(row?.live)];
    if (row?.counted !== 'on') return { readings: [], unseen: 'the server does not count rows: track_counts is off' };
    return { readings: [{ measure: 'deadShare', subject: table, value: dead === 0 ? 0 : dead / (dead + live) }] };
  },
};
