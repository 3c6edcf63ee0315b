import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type RestorableBackup,
  restoreNeeds,
  restoreSteps,
  shellWord,
  tablesCommand,
} from '../../src/backup/restore-steps.ts';

const FULL: RestorableBackup = {
  id: '20261123T112233Z-full-1a2b3c4d',
  kind: 'full',
  state: 'ok',
  database: 'taskflow_db',
  version: null,
  direction: null,
  method: 'pg_dump',
  encrypted: false,
  serverVersion: '16.4 (Debian)',
};

const commands = (backup: RestorableBackup, environment: string | null = null) =>
  restoreSteps(backup, { environment }).map(({ command }) => command);

test('a full backup is proven, restored beside, and restored in the place of its database', () => {
  assert.deepEqual(commands(FULL), [
    `taskflow-db backup verify ${FULL.id}`,
    `taskflow-db restore ${FULL.id}`,
    `taskflow-db restore ${FULL.id} --into taskflow_db`,
  ]);
  assert.equal(commands(FULL, 'production')[1], `taskflow-db restore ${FULL.id} --env production`);
});

test('what a migration has destroyed comes back by its rollback', () => {
  const scoped = { ...FULL, id: '20261123T112233Z-scoped-1a2b3c4d', kind: 'scoped', version: '017_drop' } as const;
  const beside = `taskflow-db restore ${scoped.id}`;
  assert.deepEqual(commands({ ...scoped, direction: 'apply' }), ['taskflow-db rollback --version 017_drop', beside]);
  assert.deepEqual(commands({ ...scoped, direction: 'rollback' }), [beside], 'no command puts that back');
});

test('of what is damaged, foreign or half written there is no command', () => {
  for (const state of ['damaged', 'unknown', 'partial'] as const) {
    const [step, ...others] = restoreSteps({ ...FULL, state }, { environment: null });
    assert.deepEqual([step?.command, others.length], [null, 0]);
    assert.notEqual(step?.says, '');
  }
});

test('names are one word for a shell, whatever is in them', () => {
  assert.equal(shellWord('public.users'), 'public.users');
  assert.equal(shellWord('$(rm -rf ~)'), `'$(rm -rf ~)'`);
  assert.equal(shellWord("it's"), `'it'\\''s'`);
  assert.equal(shellWord(''), `''`);
  assert.equal(commands({ ...FULL, database: 'a b' })[2], `taskflow-db restore ${FULL.id} --into 'a b'`);
  assert.equal(
    tablesCommand(FULL.id, ['users', 'public."Odd name"'], { environment: 'staging' }),
    `taskflow-db restore ${FULL.id} --tables 'users,public."Odd name"' --env staging`,
  );
});

test('what a restore takes is said before', () => {
  assert.deepEqual(restoreNeeds({ ...FULL, encrypted: true }).length, 3);
  assert.match(restoreNeeds(FULL)[0]!, /pg_restore of version 16 or newer/);
  assert.equal(restoreNeeds({ ...FULL, method: 'copy' }).length, 1);
});
