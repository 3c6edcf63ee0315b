import * as v from 'valibot';
import { isTimeZone, parseWindow, WINDOW_EXPECTED, ZONE_EXPECTED } from '../batch/window.ts';
import { closed, duration, size, whole } from './schema-parts.ts';

const WINDOWS_EXPECTED = `${WINDOW_EXPECTED}, or a list of such`;
const timeWindow = v.pipe(
  v.string(WINDOWS_EXPECTED),
  v.check((value) => parseWindow(value) !== undefined, WINDOWS_EXPECTED),
);
const VACUUM_EXPECTED = '"hold", "slow" or "ignore"';
const factor = (least: number, most: number, expected: string, summary: string) =>
  v.pipe(v.number(expected), v.minValue(least, expected), v.maxValue(most, expected), v.description(summary));

/** The settings of data migrations. */
export const dataSchema = closed(
  {
    target: v.optional(
      duration('How long one batch should take; its size follows. So long a client may wait for a row of it.'),
    ),
    pause: v.optional(
      factor(
        0,
        100,
        'a number of at least 0, such as 0.5',
        'Rest behind each batch, as a share of what it took. Default: 0.5 where `production` is set, else 0.',
      ),
    ),
    window: v.optional(
      v.pipe(
        v.array(timeWindow, WINDOWS_EXPECTED),
        v.description('Times of the day when batches may run, such as ["22:00-06:00"]. Default: always.'),
      ),
    ),
    timeZone: v.optional(
      v.pipe(
        v.string(ZONE_EXPECTED),
        v.check(isTimeZone, ZONE_EXPECTED),
        v.description('Time zone of `data.window`. Default: that of the machine where the command runs.'),
      ),
    ),
    replicaLag: v.optional(duration('A replica whose replay is so far behind holds the run. 0: never, as below.')),
    replicaLagSize: v.optional(size('So does one that is behind by so much WAL.')),
    ignoredReplicas: v.optional(
      v.pipe(
        v.array(v.string('a name'), 'a list of names'),
        v.description('Replicas that may be behind, by their application_name: those that are delayed on purpose.'),
      ),
    ),
    slotSize: v.optional(size('A replication slot that keeps so much WAL on the disk holds the run.')),
    vacuum: v.optional(
      v.pipe(
        v.picklist(['hold', 'slow', 'ignore'], VACUUM_EXPECTED),
        v.description(
          'What a VACUUM of the same table means, autovacuum or not: "hold" the run for up to 10 minutes, "slow" it down, or "ignore".',
        ),
      ),
    ),
    walRate: v.optional(size('The run waits while the server writes more WAL than that a second.')),
    archiveBacklog: v.optional(
      v.pipe(whole(0, 'a number of files'), v.description('So many WAL files that wait to be archived hold the run.')),
    ),
    activeSessions: v.optional(
      v.pipe(
        whole(0, 'a number of sessions'),
        v.description('More other sessions at work than that hold the run. Default: half of max_connections.'),
      ),
    ),
    snapshotAge: v.optional(
      duration('A transaction that has kept VACUUM from removing rows for so long holds the run.'),
    ),
    snapshotTransactions: v.optional(
      v.pipe(
        whole(0, 'a number of transactions'),
        v.description('So does what has done that for so many transactions: a replication slot, a standby.'),
      ),
    ),
    probe: v.optional(
      factor(
        0,
        1000,
        'a number of at least 0, such as 3',
        'The run waits while point reads by its key take so many times what they took before it.',
      ),
    ),
    deadRows: v.optional(
      factor(
        0,
        1,
        'a share from 0 to 1, such as 0.5',
        'The run waits, for up to 2 minutes, while such a share of the rows of its table is dead.',
      ),
    ),
  },
  'an object such as { "target": "200ms" }',
);
