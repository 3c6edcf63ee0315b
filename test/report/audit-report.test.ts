import assert from 'node:assert/strict';
import test from 'node:test';
import { auditReport } from '../../src/report/audit-report.ts';
import { markdownCode, markdownText } from '../../src/report/markdown.ts';
import type { AuditFacts } from '../../src/verify/audit-facts.ts';
import type { Check } from '../../src/verify/check.ts';

const migration = (version: string, description = version) => ({
  version,
  description,
  author: undefined,
  date: undefined,
  requires: [],
});
const check = (name: Check['name'], version: string | null, state: Check['state'], detail = ''): Check => ({
  name,
  version,
  state,
  detail,
});
const report = (checks: readonly Check[], migrations: AuditFacts['migrations']) =>
  auditReport({ migrations, checks, major: 18, shownFile: (file) => file.replace('x/', '') });

test('a failure is seen in the summary, beside its migration, and with what differs at its line', () => {
  const changes = [
    { kind: 'added' as const, type: 'index' as const, name: 'a.i', identity: ['a', 't', 'i'], detail: {} },
  ];
  const failed = {
    ...check('rollback', '001_a', 'failed', 'leaves index a.i'),
    changes,
    where: { file: 'x/001_a.sql', line: 3 },
  };
  const text = report([check('replay', null, 'ok', '1 applied'), failed], [migration('001_a')]);
  assert.match(text, /^\| rollback \| \*\*FAILED\*\* \| 1 failed \|$/m);
  assert.match(text, /^\| `001_a` \|.*\| applied \| \*\*FAILED\*\* \| not checked \| not checked \|$/m);
  assert.match(text, /^\| `001_a` \| \*\*FAILED\*\* \| leaves index a\.i<br>added index a\.i \| `001_a\.sql:3` \|$/m);
});

test('what a rollback does to rows is counted, and listed beside its migration, which is no worse for it', () => {
  const data = {
    loses: ['the rows of a.t', 'the values of a.u.c (3 of 3 sample rows)'],
    leaves: [],
    refused: [],
    unsampled: ['a.v: why'],
  };
  const text = report([{ ...check('rollback', '001_a', 'ok'), data }], [migration('001_a')]);
  assert.match(text, /^\| rollback \| ok \| 1 exact, 1 loses data, 1 table without sample rows \|$/m);
  assert.match(text, /^\| `001_a` \|.*\| exact \| not checked \| not checked \|$/m);
  assert.match(
    text,
    /^\| `001_a` \| ok \| loses: the rows of a\.t<br>loses: the values of a\.u\.c \(3 of 3 sample rows\)<br>no sample rows: a\.v: why \| {2}\|$/m,
  );
});

test('what stands behind a migration that cannot be applied is not called applied', () => {
  const text = report(
    [check('replay', '002', 'failed', 'no')],
    ['001', '002', '003'].map((one) => migration(one)),
  );
  const words = [...text.matchAll(/^\| `(\d+)` \|(?: [^|]*\|){4} ([^|]+) \|/gm)].map(([, version, word]) => [
    version,
    word,
  ]);
  assert.deepEqual(words, [
    ['001', 'applied'],
    ['002', '**FAILED**'],
    ['003', 'not checked'],
  ]);
});

test('a scratch database, which has another name at every run, is not named', () => {
  const text = report([check('replay', '001', 'failed', 'database "taskflow_scratch_1a2b_3" is full')], []);
  assert.match(text, /database "the scratch database" is full/);
});

test('no text of a file breaks the tables', () => {
  const text = report([check('replay', null, 'ok')], [migration('001', 'a | b\n| <b>c</b> _d_ e_f `g` \\')]);
  assert.match(text, /\| a \\\| b \\\| \\<b\\>c\\<\/b\\> \\_d\\_ e_f \\`g\\` \\\\ \|/);
  assert.deepEqual([markdownCode('a`|b'), markdownCode('`')], ['``a`\\|b``', '`` ` ``']);
  assert.equal(markdownText('\u202e'), '\\<U+202E\\>');
});
