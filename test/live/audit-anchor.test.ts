/** Heads of the audit trail kept outside the database: a cut end, a trail written anew and a restored backup are found. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Files, type Finished, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, type TestDatabase, uniqueName } from '../support/servers.ts';

const BACK = '\n-- ROLLBACK:\n-- SELECT 1;\n';
const file = (n: number): Files => ({ [`m/00${n}_f.sql`]: `CREATE TABLE t${n} (n int);${BACK}` });
const FILE = 'anchors.txt';
const EVENTS = 'schema_migration_events';

interface Anchored {
  ok: boolean;
  head: { seq: number; hash: string };
  firstBad: unknown;
  anchor: {
    state: string;
    written: boolean;
    point: { seq: number } | null;
    lastAgreeing: { seq: number } | null;
    unreadableLines: number[];
    copyOf: { database: string } | null;
  };
  expected: { state: string };
}

const lines = (at: DatabaseWorkplace) => readFileSync(join(at.folder, FILE), 'utf8').split('\n').slice(0, -1);
const verify = (at: DatabaseWorkplace, ...more: string[]) => at.run(['history', '--verify', '--json', ...more]);
async function anchored(at: DatabaseWorkplace, database?: TestDatabase): Promise<Anchored & { exit: number | null }> {
  const env = database ? { DATABASE_URL: database.url } : {};
  const finished = await at.run(['history', '--verify', '--json', '--anchor', FILE], { env });
  return { ...finished.json<Anchored>(), exit: finished.exit };
}
const told = (at: DatabaseWorkplace): Promise<Finished> => at.run(['history', '--verify', '--anchor', FILE]);
async function migrated(at: DatabaseWorkplace, files: Files): Promise<void> {
  at.write(files);
  const done = await at.run(['migrate']);
  assert.equal(done.exit, 0, done.output);
}
const cutTo = (at: DatabaseWorkplace, seq: number) =>
  at.database.sql(
    `ALTER TABLE ${EVENTS} DISABLE TRIGGER USER; DELETE FROM ${EVENTS} WHERE seq > ${seq};` +
      ['chain', 'no_change', 'no_truncate']
        .map((name) => `ALTER TABLE ${EVENTS} ENABLE ALWAYS TRIGGER ${EVENTS}_${name}`)
        .join(';'),
  );

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: each head is kept once; a cut end is found, though the chain is whole`, () =>
    withCli(major, {}, async (at) => {
      await migrated(at, file(1));
      const first = await anchored(at);
      assert.deepEqual([first.exit, first.anchor.state, first.anchor.written], [0, 'none', true]);
      await migrated(at, file(2));
      const second = await anchored(at);
      assert.deepEqual([second.exit, second.anchor.state, second.anchor.written], [0, 'agrees', true]);
      assert.equal(second.anchor.point?.seq, first.head.seq);
      const third = await anchored(at);
      assert.deepEqual([third.exit, third.anchor.state, third.anchor.written], [0, 'agrees', false]);
      assert.equal(lines(at).length, 2);
      assert.ok(lines(at)[1]?.includes(` ${at.database.name} public ${second.head.seq} ${second.head.hash} `));

      await cutTo(at, second.head.seq - 1);
      const plain = await verify(at);
      assert.deepEqual([plain.exit, plain.json<Anchored>().firstBad], [0, null]);
      const cut = await anchored(at);
      assert.deepEqual([cut.exit, cut.ok, cut.firstBad], [3, false, null]);
      assert.deepEqual([cut.anchor.state, cut.anchor.written], ['behind', false]);
      assert.deepEqual([cut.anchor.point?.seq, cut.anchor.lastAgreeing?.seq], [second.head.seq, first.head.seq]);
      const words = await told(at);
      assert.equal(words.exit, 3);
      assert.match(words.said, new RegExp(`ends before its anchor: rows up to ${second.head.seq} are missing`));
      assert.match(
        words.said,
        /now: What is there is whole\. Either an older backup was restored, or the last rows were cut off/,
      );
      assert.match(words.said, /next: If a backup was restored on purpose: begin a new anchor file/);
      assert.equal(lines(at).length, 2, 'nothing was added');

      await migrated(at, file(3));
      const other = await anchored(at);
      assert.deepEqual(
        [other.exit, other.anchor.state, other.anchor.lastAgreeing?.seq],
        [3, 'differs', first.head.seq],
      );
      assert.match((await told(at)).said, /not the one that was anchored: row \d+ has another hash/);
    }));

  test(`PostgreSQL ${major}: a trail that was written anew as a whole is found by a head alone, in a log for example`, () =>
    withCli(major, {}, async (at) => {
      await migrated(at, { ...file(1), ...file(2) });
      const printed = (await at.run(['history', '--verify'])).stdout;
      const [, head = ''] = /^head (\S+) /m.exec(printed) ?? [];
      const agrees = await verify(at, '--expect', head);
      assert.deepEqual([agrees.exit, agrees.json<Anchored>().expected.state], [0, 'agrees']);
      await migrated(at, file(3));
      assert.equal((await verify(at, '--expect', head)).exit, 0, 'the trail may have grown');
      await at.database.sql(`CREATE TABLE kept AS TABLE ${EVENTS}; UPDATE kept SET host = 'elsewhere' WHERE seq = 2;
        ALTER TABLE ${EVENTS} DISABLE TRIGGER ${EVENTS}_no_truncate; TRUNCATE ${EVENTS};
        ALTER TABLE ${EVENTS} ENABLE ALWAYS TRIGGER ${EVENTS}_no_truncate;
        INSERT INTO ${EVENTS} (event, version, run_id, host, tool_version, git_commit, detail)
        SELECT event, version, run_id, host, tool_version, git_commit, detail FROM kept ORDER BY seq`);
      assert.equal((await verify(at)).exit, 0, 'a whole chain of its own');
      const differs = await at.run(['history', '--verify', '--expect', head]);
      assert.equal(differs.exit, 3, differs.output);
      assert.match(differs.said, /--expect has another row \d+/);
    }));
}

test('a backup that was restored is told in words; beginning a new file accepts it', () =>
  withCli(18, {}, async (at) => {
    await migrated(at, file(1));
    await anchored(at);
    const backup = await createDatabase(at.database.server, { name: uniqueName('backup'), template: at.database.name });
    try {
      await migrated(at, file(2));
      await anchored(at);
      const name = at.database.name;
      await at.database.server.sql('postgres', `ALTER DATABASE ${name} RENAME TO ${name}_old`);
      await at.database.server.sql('postgres', `CREATE DATABASE ${name} TEMPLATE ${backup.name}`);
      const restored = await anchored(at);
      assert.deepEqual([restored.exit, restored.anchor.state], [3, 'behind']);
      assert.match(
        (await told(at)).said,
        /an older backup was restored.*the last that agrees is row|the last that agrees is row.*an older backup was restored/,
      );
      writeFileSync(join(at.folder, 'new.txt'), '');
      const accepted = await verify(at, '--anchor', 'new.txt');
      assert.equal(accepted.exit, 0, accepted.output);
    } finally {
      await at.database.server.sql('postgres', `DROP DATABASE IF EXISTS ${at.database.name}_old`);
      await backup.drop();
    }
  }));

test('several databases share one file; a copy is told to be one', () =>
  withCli(18, {}, async (at) => {
    await migrated(at, file(1));
    assert.equal((await anchored(at)).anchor.state, 'none');
    const copy = await createDatabase(at.database.server, {
      name: uniqueName('Kopie für'),
      template: at.database.name,
    });
    try {
      const first = await anchored(at, copy);
      assert.deepEqual([first.exit, first.anchor.state, first.anchor.copyOf?.database], [0, 'none', at.database.name]);
      await migrated(at, file(2));
      assert.equal((await anchored(at)).anchor.state, 'agrees');
      assert.deepEqual([(await anchored(at, copy)).anchor.state, lines(at).length], ['agrees', 3]);
    } finally {
      await copy.drop();
    }
  }));

test('many runners at once append whole lines', () =>
  withCli(18, {}, async (at) => {
    await migrated(at, file(1));
    const others = await Promise.all(
      Array.from({ length: 8 }, () => createDatabase(at.database.server, { template: at.database.name })),
    );
    try {
      const all = await Promise.all(others.map((other) => anchored(at, other)));
      assert.deepEqual(new Set(all.map((one) => one.exit)), new Set([0]));
      assert.equal(lines(at).length, 8);
      const again = await Promise.all(others.map((other) => anchored(at, other)));
      assert.deepEqual(new Set(again.map((one) => one.anchor.state)), new Set(['agrees']));
    } finally {
      for (const other of others) await other.drop();
    }
  }));

test('a line that was left half written, a comment, CRLF and rubbish are no anchors; the next line stands by itself', () =>
  withCli(18, {}, async (at) => {
    await migrated(at, file(1));
    await anchored(at);
    const [line = ''] = lines(at);
    writeFileSync(
      join(at.folder, FILE),
      `# kept by the team\r\n${line}\r\n\n${Buffer.from([0xff, 0xfe]).toString('latin1')}\n`,
    );
    appendFileSync(join(at.folder, FILE), line.slice(0, -9));
    await migrated(at, file(2));
    const found = await anchored(at);
    assert.deepEqual([found.exit, found.anchor.state, found.anchor.unreadableLines], [0, 'agrees', [4, 5]]);
    const all = lines(at);
    assert.equal(all[4], line.slice(0, -9));
    assert.match(all[5] ?? '', /^taskflow-anchor-1 /);
    assert.equal((await anchored(at)).anchor.point?.seq, found.head.seq);
  }));

test('an anchor file that is none is told, and nothing waits for it', () =>
  withCli(18, {}, async (at) => {
    await migrated(at, file(1));
    mkdirSync(join(at.folder, 'folder'));
    for (const [path, says] of [
      ['folder', /not a regular file|illegal operation on a directory/i],
      ['/dev/zero', /not a regular file/],
      ['nowhere/anchors.txt', /does not exist/],
    ] as const) {
      const refused = await at.run(['history', '--verify', '--anchor', path]);
      assert.equal(refused.exit, 1, refused.output);
      assert.match(refused.said, /error\[file-unreadable\]: cannot use the anchor file/);
      assert.match(refused.said, says);
    }
  }));
