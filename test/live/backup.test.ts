/** Full backups: what is loaded from one, by other people's programs or by hand, is what was there when it began. */
import assert from 'node:assert/strict';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { generateX25519Identity } from 'age-encryption';
import { readKeyText } from '../../src/backup/key-text.ts';
import { opening } from '../../src/engine/backup/seal.ts';
import { type DatabaseWorkplace, withCli, withWorkplace } from '../support/cli.ts';
import { createDatabase, server, uniqueName } from '../support/servers.ts';
import { checkFiles, EVERYTHING, folderOf, loadByHand, look, manifestIn, ODD } from './backup-bed.ts';
import { dumpBy } from './backup-programs.ts';

const ENV = { TASKFLOW_BACKUP_RESERVE: '0' };

/** The server, the arguments, and how it is taken. pg_dump of this machine is 15: too old for 18. */
const CASES: readonly (readonly [14 | 18, readonly string[], 'pg_dump' | 'copy'])[] = [
  [14, ['--format', 'custom'], 'pg_dump'],
  [14, ['--format', 'directory', '--jobs', '2', '--compression', 'none'], 'pg_dump'],
  [14, ['--method', 'copy', '--jobs', '3'], 'copy'],
  [18, ['--compression', 'none'], 'copy'],
];

for (const [major, args, method] of CASES) {
  test(`PostgreSQL ${major}, backup ${args.join(' ')}: all of it comes back`, () =>
    withCli(major, { 'm/001_a.sql': 'CREATE TABLE first (n int);\n' }, async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      await at.database.sql(EVERYTHING);
      const before = await look(at.database);
      const done = await at.run(['backup', ...args], { env: ENV });
      assert.equal(done.exit, 0, done.output);
      const folder = folderOf(done.stdout);
      const manifest = manifestIn(folder);
      assert.deepEqual([manifest.method, manifest.applied], [method, ['001_a']]);
      assert.deepEqual(
        [manifest.source.database, Math.trunc(manifest.source.serverVersionNum / 10_000)],
        [at.database.name, major],
      );
      const rows = Object.fromEntries(manifest.tables.map((one) => [one.name, one.rows]));
      assert.deepEqual([rows.people, rows.parts_other, rows.nothing, rows.parts], [300, 1, 2, undefined]);
      assert.deepEqual(
        manifest.sequences.find(({ name }) => name === 'loose'),
        { schema: 'public', name: 'loose', lastValue: '10', isCalled: true },
      );
      checkFiles(folder);
      const copy = await loadByHand(at.database.server, folder);
      try {
        assert.deepEqual(await look(copy), before);
      } finally {
        await copy.drop();
      }
    }));
}

test('a database of an odd name, in every way of taking it', async () => {
  const on = await server(14);
  const database = await createDatabase(on, { name: `${ODD} ${uniqueName()}` });
  try {
    await database.sql('CREATE TABLE t AS SELECT 1 AS n');
    const env = { ...ENV, PGHOST: on.host, PGPORT: String(on.port), PGUSER: 'postgres', PGDATABASE: database.name };
    await withWorkplace({}, env, async (at) => {
      for (const args of [[], ['--format', 'directory', '--jobs', '2'], ['--method', 'copy']]) {
        const done = await at.run(['backup', ...args]);
        assert.equal(done.exit, 0, done.output);
        const folder = folderOf(done.stdout);
        assert.match(folder, /\/backups\/O%27x%20%22y%22%20%c3%a4%0a%3dz%20t_[^/]+\/[^/]+$/);
        assert.equal(manifestIn(folder).source.database, database.name);
        const copy = await loadByHand(on, folder);
        assert.deepEqual(await copy.sql('SELECT * FROM t'), [['1']]);
        await copy.drop();
      }
    });
  } finally {
    await database.drop();
  }
});

test('an empty database', () =>
  withCli(18, {}, async (at) => {
    const before = await look(at.database);
    const done = await at.run(['backup'], { env: ENV });
    assert.equal(done.exit, 0, done.output);
    const copy = await loadByHand(at.database.server, folderOf(done.stdout));
    assert.deepEqual(await look(copy), before);
    await copy.drop();
  }));

const on14 = (name: string, use: (at: DatabaseWorkplace) => Promise<void>) =>
  test(name, () => withCli(14, {}, async (at) => use(at)));

on14('without a pg_dump, or with one that is too old, it says so and copies', async (at) => {
  await at.database.sql("CREATE TABLE t (); SELECT lo_from_bytea(0, 'x')");
  const none = await at.run(['backup'], { env: { ...ENV, TASKFLOW_BACKUP_PROGRAMS: at.folder } });
  assert.equal(none.exit, 0, none.output);
  assert.match(none.said, /Warning: Full backup by COPY instead of pg_dump: there is no pg_dump in \S+\./);
  assert.match(none.said, /Warning: Not in the backup: large objects: there are 1/);
  assert.deepEqual(manifestIn(folderOf(none.stdout)).leftOut, [
    'large objects: there are 1',
    'roles and tablespaces, which belong to the server',
  ]);
  const old = await at.run(['backup'], { env: { ...ENV, ...dumpBy(at, 'exit 1', '13.9') } });
  assert.match(old.said, /the newest pg_dump here is 13\.9 \(\S+\), and the server is 14/);
  const insists = await at.run(['backup', '--method', 'pg_dump'], { env: { ...ENV, ...dumpBy(at, 'exit 1', '13.9') } });
  assert.match(insists.said, /error\[backup-failed\]: there is no pg_dump for this server/);
  const options = await at.run(['backup', '--', '--no-comments'], { env: { ...ENV, ...dumpBy(at, 'exit 1', '13.9') } });
  assert.match(options.said, /there are options for pg_dump, and no pg_dump that could heed them/);
});

on14('of a newer pg_dump it asks for zstd, and for gzip where that was built without', async (at) => {
  const told = 'echo "$@" >> "$HOME/told"; for one; do [ "$one" = --compress=zstd ] && ';
  const unable =
    '{ echo "pg_dump: error: this build does not support compression with ZSTD" >&2; exit 1; }; done; echo x > "$file"';
  const done = await at.run(['backup', '--json', '--no-count'], {
    env: { ...ENV, ...dumpBy(at, told + unable, '17.2') },
  });
  assert.equal(done.exit, 0, done.output);
  const { manifest } = done.json<{ manifest: { compression: string; writtenBy: string[] } }>();
  assert.equal(manifest.compression, 'gzip:1');
  assert.deepEqual(manifest.writtenBy.slice(1), ['pg_dump (PostgreSQL) 17.2']);
});

on14('a role that may not read everything is refused before, with the tables named', async (at) => {
  const role = uniqueName('reader');
  const { database } = at;
  await database.sql(`CREATE ROLE ${role} LOGIN; CREATE TABLE mine (); CREATE TABLE "not mine" (); CREATE TABLE rows ();
    ALTER TABLE rows ENABLE ROW LEVEL SECURITY; CREATE SEQUENCE s; GRANT SELECT ON mine, rows TO ${role}`);
  try {
    for (const method of ['pg_dump', 'copy']) {
      const env = { ...ENV, DATABASE_URL: database.server.url(database.name, role) };
      const done = await at.run(['backup', '--method', method], { env });
      assert.equal(done.exit, 1, done.output);
      assert.match(done.said, /error\[permission-denied\]: \S+ may not read the whole database/);
      assert.match(
        done.said,
        /found: public\."not mine" public\.rows \(its policies hide rows\) sequence public\.s expected/,
      );
    }
    await database.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; GRANT SELECT ON s TO ${role};
      ALTER ROLE ${role} BYPASSRLS`);
    const env = { ...ENV, DATABASE_URL: database.server.url(database.name, role) };
    assert.equal((await at.run(['backup'], { env })).exit, 0);
  } finally {
    await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

on14('of tables of an extension the rows that are the user’s', async (at) => {
  await at.database.sql(`CREATE EXTENSION hstore; CREATE TABLE conf (n int, own boolean); CREATE TABLE fixed (n int);
    INSERT INTO conf VALUES (1, true), (2, false); INSERT INTO fixed VALUES (1);
    ALTER EXTENSION hstore ADD TABLE conf; ALTER EXTENSION hstore ADD TABLE fixed;
    UPDATE pg_extension SET extconfig = ARRAY['conf'::regclass::oid], extcondition = ARRAY['WHERE own'] WHERE extname = 'hstore'`);
  for (const method of ['pg_dump', 'copy']) {
    const done = await at.run(['backup', '--method', method], { env: ENV });
    assert.equal(done.exit, 0, done.output);
    const { tables } = manifestIn(folderOf(done.stdout));
    assert.deepEqual(
      tables.map(({ name, rows }) => [name, rows]),
      [['conf', 1]],
    );
  }
});

on14('options of its own are refused, others reach pg_dump and are named', async (at) => {
  await at.database.sql('CREATE TABLE t AS SELECT 1 AS n; CREATE TABLE logs AS SELECT 1 AS n');
  for (const word of ['-Fp', '-xf', '--file=x', '--snap=x', '-dother', '--jobs', 'other']) {
    const done = await at.run(['backup', '--', word], { env: ENV });
    assert.notEqual(done.exit, 0, word);
  }
  const done = await at.run(['backup', '--', '--exclude-table-data', 'logs', '-N', 'none'], { env: ENV });
  assert.equal(done.exit, 0, done.output);
  const { tables, leftOut } = manifestIn(folderOf(done.stdout));
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['t'],
  );
  assert.deepEqual(leftOut.slice(0, 2), [
    'what the option --exclude-table-data of pg_dump leaves out',
    'what the option -N of pg_dump leaves out',
  ]);
});

on14('a password is in no argument, and the same server is reached by service file and host list', async (at) => {
  const role = uniqueName('pw');
  const { database } = at;
  await database.sql(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'pa''ss wörd'`);
  try {
    const { tcpPort } = database.server;
    at.write({ 'services.conf': `[mine]\nhost=127.0.0.1\nport=${tcpPort}\ndbname=${database.name}\nuser=${role}\n` });
    const seen = 'echo "$@" > "$HOME/args"; env > "$HOME/env"; exec "$real" "$@"';
    const common = { ...ENV, ...dumpBy(at, seen), DATABASE_URL: undefined, PGPASSWORD: "pa'ss wörd" };
    const service = { ...common, PGSERVICE: 'mine', PGSERVICEFILE: `${at.folder}/services.conf` };
    const hosts = { ...common, DATABASE_URL: `postgresql://${role}@127.0.0.1:1,localhost:${tcpPort}/${database.name}` };
    for (const env of [service, hosts]) {
      const done = await at.run(['backup'], { env });
      assert.equal(done.exit, 0, done.output);
      const [args, variables] = ['args', 'env'].map((name) => readFileSync(`${at.folder}/.home/${name}`, 'utf8'));
      assert.ok(!args?.includes("pa'ss") && !done.output.includes("pa'ss"));
      assert.match(variables ?? '', new RegExp(`^PGPORT=${tcpPort}$`, 'm'));
      assert.doesNotMatch(variables ?? '', /^(?:PGSERVICE|DATABASE_URL|TASKFLOW_)/m);
    }
  } finally {
    await database.sql(`DROP ROLE ${role}`);
  }
});

on14('with a key nothing of it can be read without', async (at) => {
  await at.database.sql("CREATE TABLE t AS SELECT 'plain words' AS words");
  for (const [key, method] of [
    ['a long passphrase', 'pg_dump'],
    [await generateX25519Identity(), 'copy'],
  ] as const) {
    writeFileSync(join(at.folder, 'key'), `${key}\n`, { mode: 0o600 });
    const env = { ...ENV, TASKFLOW_BACKUP_KEY_FILE: join(at.folder, 'key') };
    const done = await at.run(['backup', '--method', method, '--compression', 'none'], { env });
    assert.equal(done.exit, 0, done.output);
    const folder = folderOf(done.stdout);
    checkFiles(folder);
    const { encryption, files, tables } = manifestIn(folder);
    assert.equal(encryption, 'age');
    assert.deepEqual([files.every(({ path }) => path.endsWith('.age')), tables[0]?.rows], [true, 1]);
    const keyFile = method === 'pg_dump' ? readFileSync(join(folder, 'key.age')) : undefined;
    const opener = await opening({ origin: 'the test', ...readKeyText(key, 'the test') }, keyFile);
    const texts: string[] = [];
    for (const { path } of files.filter((file) => file.path !== 'key.age')) {
      assert.ok(!readFileSync(join(folder, path)).includes('plain words'), path);
      texts.push(await text(opener.open(createReadStream(join(folder, path)), path)));
    }
    assert.ok(texts.some((one) => one.includes('plain words')));
  }
  const directory = await at.run(['backup', '--format', 'directory'], {
    env: { ...ENV, TASKFLOW_BACKUP_KEY_FILE: join(at.folder, 'key') },
  });
  assert.match(directory.said, /error\[usage\]: a dump in directory format cannot be encrypted/);
});
