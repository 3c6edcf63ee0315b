/** Files that are not what they should be: a clear error with its place, and the database untouched. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, symlinkSync, truncateSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Finished, withCli } from '../support/cli.ts';

const GOOD = 'CREATE TABLE good (n int);\n-- ROLLBACK:\n-- DROP TABLE good;\n';
const BACK = '\n-- ROLLBACK:\n-- SELECT 1;\n';
const BOM_UTF16 = Buffer.from('\ufeffSELECT 1;\n', 'utf16le');

interface BadFile {
  readonly what: string;
  readonly content: string | Buffer;
  readonly says: RegExp;
  /** `line:column` of the place. */
  readonly at?: string;
}

const BAD: readonly BadFile[] = [
  { what: 'a NUL', content: `SELECT 1;\nSELECT 'a\u0000b';${BACK}`, says: /NUL|U\+0000|0x00/, at: '2:10' },
  {
    what: 'a byte that is no UTF-8',
    content: Buffer.concat([Buffer.from('SELECT 1;\n-- caf'), Buffer.from([0xe9]), Buffer.from(`\n${BACK}`)]),
    says: /0xE9/,
    at: '2:7',
  },
  {
    what: 'a truncated character at the end',
    content: Buffer.concat([Buffer.from(`SELECT 1;${BACK}-- `), Buffer.from([0xf0, 0x9f])]),
    says: /not UTF-8/,
  },
  { what: 'UTF-16', content: BOM_UTF16, says: /UTF-16/, at: '1:1' },
  { what: 'nothing', content: '', says: /empty/ },
  { what: 'blanks only', content: ' \n\t\n', says: /empty|no statement/ },
  { what: 'comments only', content: '-- To be done\n', says: /no statement/ },
  { what: 'a quote that is not closed', content: `SELECT 1;\nSELECT 'it${BACK}`, says: /quote|string/i, at: '2:8' },
  {
    what: 'a dollar quote that is not closed',
    content: `SELECT 1;\nDO $body$ BEGIN END $bdy$;${BACK}`,
    says: /\$body\$/,
    at: '2:4',
  },
  { what: 'a comment that is not closed', content: `SELECT 1; /* /* */${BACK}`, says: /comment/i, at: '1:11' },
  {
    what: 'a quoted name that is not closed',
    content: `CREATE TABLE "oops (n int);${BACK}`,
    says: /name|identifier|quote/i,
    at: '1:14',
  },
  { what: 'a near-miss of a header', content: `-- Depend: 001_good\nSELECT 1;${BACK}`, says: /Depends/, at: '1:1' },
  {
    what: 'a near-miss of a marker',
    content: 'SELECT 1;\n-- ROLLBACK SQL:\n-- SELECT 1;\n',
    says: /ROLLBACK:/,
    at: '2:1',
  },
  { what: 'SQL after a section', content: 'SELECT 1;\n-- ROLLBACK:\nDROP TABLE good;\n', says: /never run/, at: '3:1' },
  { what: "psql's \\connect", content: `SELECT 1;\n\\connect other\nSELECT 2;${BACK}`, says: /\\connect/, at: '2:1' },
  { what: "psql's \\i", content: `\\i other.sql\nSELECT 2;${BACK}`, says: /\\i\b/, at: '1:1' },
  { what: 'COPY data without an end', content: 'COPY good FROM stdin;\n1\n2\n', says: /COPY|\\\./ },
  {
    what: 'a rollback that is no SQL',
    content: 'SELECT 1;\n-- ROLLBACK:\n-- none, sorry "\n',
    says: /ROLLBACK|quote|name/i,
  },
  { what: 'a timeout that is none', content: `-- Lock-Timeout: soon\nSELECT 1;${BACK}`, says: /soon/, at: '1:1' },
];

for (const { what, content, says, at: place } of BAD) {
  test(`a file with ${what}`, () =>
    withCli(18, { 'm/001_good.sql': GOOD, 'm/002_bad.sql': content }, async (at) => {
      const refused = await at.run(['migrate']);
      isRefused(refused, what);
      assert.match(refused.said, says);
      assert.match(refused.stderr, new RegExp(`--> m/002_bad\\.sql${place ? `:${place}\\n` : ''}`), refused.stderr);
      assert.deepEqual(
        await at.database.sql("SELECT to_regclass('good')"),
        [[null]],
        'the good one before it did not run either',
      );
      const json = await at.run(['migrate', '--json']);
      assert.equal(json.json<{ ok: boolean }>().ok, false);
    }));
}

test('all faults of all files are told in one go', () =>
  withCli(
    18,
    { 'm/001_a.sql': '', 'm/002_b.sql': "SELECT 'x", 'm/003_c.sql': `-- Depend: x\nSELECT 1;${BACK}` },
    async (at) => {
      const refused = await at.run(['migrate']);
      isRefused(refused);
      for (const file of ['001_a', '002_b', '003_c']) assert.match(refused.stderr, new RegExp(`--> m/${file}\\.sql`));
    },
  ));

test('names that are none, told in one go and escaped', () =>
  withCli(
    18,
    {
      'm/001_good.sql': GOOD,
      'm/-rf.sql': GOOD,
      'm/2_new\nline.sql': GOOD,
      'm/3_\u202egnp.sql': GOOD,
      'm/4_caf\u00e9.sql': GOOD,
      'm/5_cafe\u0301.sql': GOOD,
      'm/6 blank.sql': GOOD,
      'm/7_upper.SQL': GOOD,
      'm/nonumber.sql': GOOD,
      'm/8_\u001b[31mred.sql': GOOD,
      'm/9_.sql': GOOD,
      'm/10_..sql': GOOD,
      'm/11_a..b.sql': GOOD,
    },
    async (at) => {
      const refused = await at.run(['migrate']);
      isRefused(refused);
      assert.equal(refused.stderr.match(/is no name for a migration/g)?.length, 12, refused.stderr);
      assert.doesNotMatch(refused.output, /\u202e|\u001b|new\nline/);
      const status = await at.run(['status', '--check']);
      assert.equal(status.exit, 3);
    },
  ));

test('twins: names that differ only in case, and one version in two folders', () =>
  withCli(18, { 'm/001_good.sql': GOOD, 'm/001_GOOD.sql': GOOD, 'other/001_good.sql': GOOD }, async (at) => {
    const twins = await at.run(['migrate']);
    isRefused(twins);
    assert.match(twins.said, /001_GOOD/);
    at.remove('m/001_GOOD.sql');
    at.write({ 'other/001_good.sql': GOOD.replace('n int', 'n text') });
    const twice = await at.run(['migrate', '--dir', 'm', '--dir', 'other']);
    isRefused(twice);
    assert.match(twice.said, /other\/001_good\.sql/);
    assert.match(twice.said, /m\/001_good\.sql/);
  }));

test('a symbolic link, a FIFO and a folder are no migrations', () =>
  withCli(18, { 'm/001_good.sql': GOOD, 'elsewhere.sql': GOOD }, async (at) => {
    const cases: [name: string, make: (path: string) => void, says: RegExp][] = [
      ['002_link.sql', (path) => symlinkSync(join(at.folder, 'elsewhere.sql'), path), /symbolic link/],
      ['002_dangling.sql', (path) => symlinkSync('/nowhere', path), /symbolic link/],
      ['002_fifo.sql', (path) => execFileSync('mkfifo', [path]), /FIFO|named pipe|regular file/],
      ['002_folder.sql', (path) => mkdirSync(path), /folder|directory/],
      ['002_linked_folder.sql', (path) => symlinkSync(at.folder, path), /symbolic link/],
      ['002_outside.sql', (path) => symlinkSync('/etc/passwd', path), /symbolic link/],
      ['002_endless.sql', makeDevice, /not a regular file|symbolic link/],
      ['002_socket.sql', makeSocket, /not a regular file/],
    ];
    for (const [name, make, says] of cases) {
      make(join(at.folder, 'm', name));
      const refused = await at.run(['migrate']);
      isRefused(refused, name);
      assert.match(refused.said, says);
      assert.match(refused.stderr, new RegExp(`m/${name}`));
      at.remove(`m/${name}`);
    }
    const link = await withLinkedFolder(at);
    assert.equal(link.exit, 0, link.output);
  }));

/** A device that is read for ever; in a container that may make none, a link to the system's. */
function makeDevice(path: string): void {
  if (spawnSync('mknod', [path, 'c', '1', '5']).status !== 0) symlinkSync('/dev/zero', path);
}

/** A process that is killed leaves its socket behind. */
function makeSocket(path: string): void {
  const program =
    "require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
  // Relative: an absolute path may be longer than an address of a socket can be.
  const made = spawnSync(process.execPath, ['-e', program, basename(path)], { cwd: dirname(path), encoding: 'utf8' });
  assert.equal(made.signal, 'SIGKILL', made.stderr);
}

/** The folder itself may be a link: that is how releases are laid out. */
async function withLinkedFolder(at: DatabaseWorkplace): Promise<Finished> {
  symlinkSync('m', join(at.folder, 'current'));
  return at.run(['migrate', '--dir', 'current']);
}

test('a file or folder that this user may not read is named', () =>
  withCli(18, { 'm/001_good.sql': GOOD, 'm/002_secret.sql': GOOD }, async (at) => {
    chmodSync(join(at.folder, 'm/002_secret.sql'), 0o600);
    const env = { XDG_CACHE_HOME: undefined, HOME: '/nonexistent' };
    const file = await at.run(['migrate'], { uid: 65534, env });
    isRefused(file);
    assert.match(file.said, /m\/002_secret\.sql.*permission denied/i);
    chmodSync(join(at.folder, 'm'), 0o700);
    const folder = await at.run(['migrate'], { uid: 65534, env });
    assert.equal(folder.exit, 2, folder.output);
    assert.match(folder.said, /folder of migrations m.*permission denied/i);
  }));

test('no folder, and a folder without migrations', () =>
  withCli(18, {}, async (at) => {
    const none = await at.run(['migrate']);
    assert.equal(none.exit, 2, none.output);
    assert.match(none.stderr, /error\[folder-unreadable\]/);
    assert.match(none.stderr, /--dir/);
    at.write({ 'm/README.md': '# nothing here' });
    const empty = await at.run(['migrate']);
    assert.equal(empty.exit, 0, empty.output);
    assert.match(empty.output, /m\b.*no migrations|no migration files|nothing to apply/i);
  }));

test('large files: a statement of 10 MB, and 20,000 statements', { timeout: 240_000 }, () =>
  withCli(
    18,
    {
      'm/001_huge_statement.sql': `CREATE TABLE texts (t text);\nINSERT INTO texts VALUES ('${'x'.repeat(10 * 1024 * 1024)}');\n-- ROLLBACK:\n-- DROP TABLE texts;\n`,
      'm/002_many.sql': `CREATE TABLE numbers (n int);\n${Array.from({ length: 20_000 }, (_, i) => `INSERT INTO numbers VALUES (${i});`).join('\n')}\nSELECT 1/0;\n-- ROLLBACK:\n-- DROP TABLE numbers;\n`,
    },
    async (at) => {
      const failed = await at.run(['migrate']);
      assert.equal(failed.exit, 1, failed.output.slice(0, 2000));
      assert.match(failed.stderr, /m\/002_many\.sql:20002:1\b/);
      assert.ok(failed.output.length < 3000);
      assert.deepEqual(await at.database.sql("SELECT length(t), to_regclass('numbers') FROM texts"), [
        [String(10 * 1024 * 1024), null],
      ]);
      at.write({ 'm/002_many.sql': `SELECT '${'y'.repeat(5 * 1024 * 1024)}' FROM nowhere;${BACK}` });
      const wide = await at.run(['migrate']);
      assert.equal(wide.exit, 1);
      assert.match(wide.stderr, /m\/002_many\.sql:1:\d+/);
      for (const line of wide.stderr.split('\n')) assert.ok(line.length <= 200, line.slice(0, 100));
    },
  ),
);

test('names in SQL that look like SQL are only names', () =>
  withCli(
    18,
    {
      'm/001_names.sql': `CREATE TABLE "a""; DROP TABLE b; --" ("$$" int, "C:\\x" text, "ü🎉" int, ${`"${'l'.repeat(70)}"`} int);\nSELECT "nope""; --" FROM "a""; DROP TABLE b; --";${BACK}`,
    },
    async (at) => {
      const failed = await at.run(['migrate']);
      assert.equal(failed.exit, 1, failed.output);
      assert.match(failed.stderr, /m\/001_names\.sql:2:8\b/);
      assert.match(failed.stderr, /column "nope"; --" does not exist/);
    },
  ));

test('a name as long as the system allows is a name', () => {
  const stem = `002_${'x'.repeat(247)}`;
  return withCli(18, { 'm/001_good.sql': GOOD, [`m/${stem}.sql`]: `SELECT 1;${BACK}` }, async (at) => {
    for (const line of ['migrate', 'status', 'history --verify', 'rollback --yes']) {
      const ran = await at.run(line.split(' '));
      assert.equal(ran.exit, 0, `${line}\n${ran.output}`);
    }
    assert.deepEqual(await at.database.sql("SELECT version FROM schema_migrations WHERE type = 'rollback'"), [[stem]]);
  });
});

test(
  'a file of 1 GB is refused in little memory, whether it holds nothing or text, and nothing is run',
  { timeout: 240_000 },
  () =>
    withCli(18, { 'm/001_good.sql': GOOD }, async (at) => {
      const small = await peakOf(at);
      const path = join(at.folder, 'm/002_huge.sql');
      const line = Buffer.from(`-- ${'x'.repeat(1021)}\n`.repeat(1024));
      for (const [what, make, says] of [
        ['a hole of 1 GB', () => truncateSync(path, 1024 ** 3), /NUL/],
        ['a hole over 1 GB', () => truncateSync(path, 1024 ** 3 + 1), /larger than 1 GiB/],
        [
          'a string of 150 MB',
          () => fillWith(path, Buffer.from(`SELECT '${'x'.repeat(1024 * 1024)}'`), 150),
          /larger than 64 MiB/,
        ],
        ['100 MB of comments', () => fillWith(path, line, 100), /no statement/],
      ] as const) {
        at.write({ 'm/002_huge.sql': '' });
        make();
        // What is held at most, and not what a garbage collector that is late on a busy machine has left lying.
        const started = at.start(['migrate'], { env: { NODE_OPTIONS: '--max-old-space-size=512' } });
        const peak = watchPeak(started.child.pid ?? 0);
        const refused = await started.finished;
        isRefused(refused, what);
        assert.match(refused.said, says, what);
        assert.ok(peak() < small + 700_000, `${what}: ${small} kB, then ${peak()} kB`);
      }
      assert.deepEqual(await at.database.sql("SELECT to_regclass('good')"), [[null]]);
    }),
);

function fillWith(path: string, piece: Buffer, times: number): void {
  const descriptor = openSync(path, 'w');
  for (let i = 0; i < times; i++) writeSync(descriptor, piece);
  closeSync(descriptor);
}

async function peakOf(at: DatabaseWorkplace): Promise<number> {
  const started = at.start(['migrate', '--dry-run']);
  const peak = watchPeak(started.child.pid ?? 0);
  assert.equal((await started.finished).exit, 0);
  return peak();
}

/** The most memory that a process ever held, in kB, as the system counted it; asked again and again while it runs. */
function watchPeak(pid: number): () => number {
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const [, kB] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kB ?? 0));
    } catch {
      clearInterval(timer);
    }
  }, 5);
  return () => peak;
}

function isRefused(finished: Finished, what = ''): void {
  assert.equal(finished.exit, 1, `${what}\n${finished.output}`);
  assert.match(finished.stderr, /^error\[/m, what);
  assert.doesNotMatch(finished.stderr, /error\[internal\]|\n {4}at /, what);
}
