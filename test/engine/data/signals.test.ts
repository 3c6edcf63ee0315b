import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveBacklog } from '../../../src/engine/data/signals/archive-backlog.ts';
import { replicaLag } from '../../../src/engine/data/signals/replica-lag.ts';
import type { About } from '../../../src/engine/data/signals/signal.ts';
import { walRate } from '../../../src/engine/data/signals/wal-rate.ts';

const about: About = { relation: '1', table: 'requests', key: ['id'], ignoredReplicas: ['late'] };

const NO_REPLICA = { pid: null, application_name: null, client: null, state: null, replays: null };
const MORE = { lag_ms: null, lag_bytes: null, aurora: 'f', used_slot: null };
const REPLICA = { ...MORE, pid: '7', application_name: 'a', client: '10.0.0.2', state: 'streaming', replays: 't' };

test('a server without replicas is healthy; one whose replicas do not show is not taken for that', () => {
  assert.deepEqual(replicaLag.read([{ ...NO_REPLICA, ...MORE }], about), { readings: [] });
  assert.match(replicaLag.read([{ ...NO_REPLICA, ...MORE, aurora: 't' }], about).unseen ?? '', /Aurora/);
  assert.equal(
    replicaLag.read([{ ...NO_REPLICA, ...MORE, used_slot: 'rds_1' }], about).unseen,
    'the slot rds_1 is in use, but the server shows no replica',
  );
});

test('a replica that has replayed all is not behind, whatever it was last measured with', () => {
  const found = (row: object) => replicaLag.read([{ ...REPLICA, ...row }], about).readings.map(({ value }) => value);
  assert.deepEqual(found({ lag_ms: '9000', lag_bytes: '0' }), [0, 0]);
  assert.deepEqual(found({ lag_ms: '9000', lag_bytes: '64' }), [9000, 64]);
  assert.deepEqual(found({ lag_ms: null, lag_bytes: '64' }), [0, 64]);
});

test('what only receives WAL, takes a base backup or is left out is no replica that is behind', () => {
  const rows = [
    { ...REPLICA, replays: 'f' },
    { ...REPLICA, state: 'backup', lag_bytes: '1' },
    { ...REPLICA, application_name: 'late', lag_ms: '3600000', lag_bytes: '1' },
  ];
  assert.deepEqual(replicaLag.read(rows, about), { readings: [] });
});

test('WAL files that wait are those behind the last that was archived, or from the one that fails on', () => {
  const backlog = (row: object) => {
    const { readings, unseen } = archiveBacklog.read(
      [
        {
          archived: null,
          failed: null,
          failing: 'f',
          current: '0000000200000001000000FE',
          segment: '16777216',
          ...row,
        },
      ],
      about,
    );
    return readings[0]?.value ?? unseen;
  };
  assert.equal(backlog({ archived: '0000000200000001000000FD' }), 0);
  assert.equal(backlog({ archived: '0000000200000001000000F0' }), 13);
  assert.equal(backlog({ archived: '0000000200000001000000F0.00000028.backup' }), 13);
  // Over the end of a log: 256 segments of 16 MB, 4 of 1 GB.
  assert.equal(backlog({ archived: '0000000100000000000000FF' }), 254);
  assert.equal(
    backlog({ current: '000000010000000200000001', archived: '000000010000000100000002', segment: '1073741824' }),
    2,
  );
  assert.equal(backlog({ archived: '0000000200000001000000F0', failed: '0000000200000001000000F1', failing: 't' }), 13);
  const unknown = 'archive_mode is on, but the server has not told of any file yet';
  assert.deepEqual([backlog({}), backlog({ archived: '00000002.history' })], [unknown, unknown]);
  assert.deepEqual(archiveBacklog.read([], about), { readings: [] });
});

test('the rate of WAL is that between two looks; it is as it was between looks that are too near', () => {
  const signal = walRate();
  const look = (bytes: number, at: number) =>
    signal.read([{ bytes: String(bytes), at: String(at) }], about).readings[0]?.value;
  assert.deepEqual(
    [look(1e12, 100), look(1e12 + 500, 102), look(1e12 + 9000, 102.1), look(1e12 + 1500, 103)],
    [undefined, 250, 250, 1000],
  );
});
