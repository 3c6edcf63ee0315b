/** `renumber`: files get other numbers, with everything that names them, or nothing is changed. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli, withWorkplace } from '../support/cli.ts';
import { filesOf, gitIn, migrationsOf, table, tables } from './renumber-bed.ts';

interface Document {
  readonly moves: readonly {
    readonly from: string;
    readonly to: string;
    readonly newFile: string;
    readonly why: string;
  }[];
  readonly headers: readonly { readonly file: string; readonly line: number; readonly after: string }[];
  readonly mentions: readonly { readonly file: string; readonly line: number }[];
  readonly manifests: readonly { readonly file: string; readonly state: string }[];
  readonly passed: readonly { readonly version: string }[];
  readonly generated: readonly { readonly file: string; readonly state: string; readonly command: string }[];
  readonly database: string | null;
  readonly branch: string | null;
}

const named = ({ moves }: Document) => Object.fromEntries(moves.map(({ from, to }) => [from, to]));

async function renumbered(at: Pick<DatabaseWorkplace, 'run'>, ...args: string[]): Promise<Document> {
  const run = await at.run(['renumber', '--json', ...args]);
  assert.equal(run.exit, 0, run.output);
  return run.json<Document & Record<string, unknown>>();
}

/** Refused with this, and nothing is changed. */
async function refused(at: DatabaseWorkplace, args: readonly string[], said: RegExp, exit = 1): Promise<void> {
  const before = filesOf(at);
  const run = await at.run(['renumber', ...args]);
  assert.equal(run.exit, exit, run.output);
  assert.match(run.said, said);
  assert.deepEqual(filesOf(at), before);
}

async function applied(at: DatabaseWorkplace, files: Files): Promise<void> {
  at.write(files);
  const run = await at.run(['migrate', '--quiet']);
  assert.equal(run.exit, 0, run.output);
}

describe('renumber', { concurrency: 2 }, () => {
  test('late files and twins go behind all others, and everything that names them follows; then migrate works', () =>
    withCli(18, {}, async (at) => {
      await applied(at, tables('001_a', '003_c'));
      at.write(tables('002_late', '003_twin', '004_next < 003_twin, 001_a', '005_free'));
      const crlf = table('006_every', '2, 004_next', '-- Depends:3_x\t, 003_twin  \n')['m/006_every.sql'] as string;
      at.write({ 'm/006_every.sql': Buffer.from(`\uFEFF${crlf.replace('3_x\t, ', '').replaceAll('\n', '\r\n')}`) });
      at.write({ 'README.md': 'See `002_late`, 003_twin.sql and 003_twin_more.\n', 'other/x.md': '002_late\n' });
      at.write({ 'm/NOTES.md': '# 004_next\r\n002\r\n' });
      assert.equal((await at.run(['renumber', '--lock'])).exit, 0);
      const before = filesOf(at);
      const dry = await renumbered(at, '--dry-run');
      assert.deepEqual(filesOf(at), before, 'a dry run changes nothing');
      const done = await renumbered(at);
      assert.deepEqual({ ...done, dryRun: true }, dry, 'and shows what is done');
      assert.deepEqual(named(done), {
        '002_late': '006_late',
        '003_twin': '007_twin',
        '004_next': '008_next',
        '006_every': '009_every',
      });
      assert.deepEqual([done.database, done.branch], [at.database.name, null]);
      assert.deepEqual(
        done.headers.map(({ file, after }) => [file, after]),
        [
          ['m/008_next.sql', '-- Depends: 007_twin, 001_a'],
          ['m/009_every.sql', '-- Depends: 6, 008_next'],
          ['m/009_every.sql', '-- Depends:007_twin'],
        ],
      );
      const after = filesOf(at);
      assert.equal(after['README.md'], 'See `006_late`, 007_twin.sql and 003_twin_more.\n');
      assert.equal(after['m/NOTES.md'], '# 008_next\r\n002\r\n');
      assert.equal(after['other/x.md'], '002_late\n', 'no document of ours');
      for (const [from, to] of [
        ['001_a', '001_a'],
        ['003_c', '003_c'],
        ['005_free', '005_free'],
        ['002_late', '006_late'],
      ])
        assert.equal(after[`m/${to}.sql`], before[`m/${from}.sql`]);
      const every = before['m/006_every.sql']!.replace('2, 004_next', '6, 008_next').replace('003_twin', '007_twin');
      assert.equal(after['m/009_every.sql'], every, 'its line breaks, byte order mark and all else are as they were');
      assert.deepEqual(
        done.passed.map(({ version }) => version),
        ['005_free'],
      );
      const status = await at.run(['status', '--json']);
      assert.deepEqual(status.json<{ complaints: unknown[] }>().complaints, []);
      const migrated = await at.run(['migrate']);
      assert.equal(migrated.exit, 0, migrated.output);
      assert.equal((await at.run(['status', '--check'])).exit, 0);
      assert.deepEqual(named(await renumbered(at)), {}, 'once more changes nothing');
      assert.deepEqual(filesOf(at), after);
    }));

  test('what is applied, half done or not there is not touched, and nobody is guessed at', () =>
    withCli(18, {}, async (at) => {
      await applied(at, {
        ...tables('001_a'),
        'm/003_steps.sql': 'VACUUM;\nSELECT 1/0;\n-- Transaction: none\n',
      }).catch(() => {});
      at.write({ 'm/003_steps.sql': '-- Transaction: none\nVACUUM;\nVACUUM no_such_table;\n-- IRREVERSIBLE: test\n' });
      assert.equal((await at.run(['migrate'])).exit, 1);
      await refused(at, ['001_a'], /001_a keeps its number: it is applied to d\w+.*rollback --version 001_a/);
      await refused(at, ['3'], /003_steps keeps its number: it is half done in d\w+/);
      await refused(at, ['7'], /there is no version 7/, 2);
      at.write(tables('003_twin', '004_x < 3'));
      await refused(at, [], /004_x depends on 3, which stands for several versions/);
      await refused(at, ['--offline'], /nobody says which migrations are applied/, 2);
      await refused(at, ['--since', 'main'], /Git knows no branch or commit main/, 2);
      await refused(at, ['--since=--all'], /Git knows no branch or commit --all/, 2);
      const away = await at.run(['renumber', '--database', 'postgresql://127.0.0.1:1/none']);
      assert.equal(away.exit, 1);
      assert.match(away.said, /error\[connection\].*taskflow-db renumber --offline/);
      at.write({ 'm/5.sql': 'SELECT 1;' });
      await refused(at, [], /5\.sql is no name for a migration/);
    }));

  test('what failed as a whole, or was rolled back, may move; a skipped one that is needed may not', () =>
    withCli(18, {}, async (at) => {
      await applied(at, tables('001_a', '002_b'));
      at.write({ 'm/003_fails.sql': 'SELECT 1/0;\n-- IRREVERSIBLE: test\n' });
      assert.equal((await at.run(['migrate'])).exit, 1);
      assert.equal((await at.run(['rollback', '--yes'])).exit, 0);
      assert.deepEqual(named(await renumbered(at, '2', '3')), {}, 'they are the last already');
      at.write(tables('004_x'));
      assert.deepEqual(named(await renumbered(at, '2')), { '002_b': '005_b' });
      at.write({ 'm/003_fails.sql': 'SELECT 1;\n-- IRREVERSIBLE: test\n' });
      at.write(tables('003_twin'));
      assert.deepEqual(named(await renumbered(at)), { '003_twin': '006_twin' });
      assert.equal((await at.run(['migrate'])).exit, 0);
      const clean = await at.run(['status', '--check']);
      assert.equal(clean.exit, 0, clean.output);
    }));

  test('nothing is changed where one file cannot be', () =>
    withCli(18, tables('001_a', '001_b'), async (at) => {
      // So long that no draft of it can lie beside it: of whoever, root too.
      const long = `${'x'.repeat(230)}.md`;
      at.write({ 'README.md': '001_b\n', [long]: '001_b\n' });
      await refused(at, [], /error\[file-unreadable\]: cannot write x+\.md.*now: Nothing was written/);
      at.remove(long);
      assert.deepEqual(named(await renumbered(at)), { '001_b': '002_b' });
    }));

  test('init-complete-patch.sql is written anew, and what else is made of the migrations is named', () =>
    withCli(18, {}, async (at) => {
      const scratch = ['--scratch', at.database.server.url('postgres')];
      const patch = () => readFileSync(join(at.folder, 'postgresql/init-complete-patch.sql'), 'utf8');
      await applied(at, tables('001_a'));
      assert.equal((await at.run(['schema', 'dump', ...scratch])).exit, 0);
      await applied(at, tables('002_theirs'));
      at.write(tables('002_x', '003_y < 002_x'));
      at.write({ 'postgresql/init-complete-patch.sql': '-- It holds:\n--   002_x\n' });
      const dry = await renumbered(at, '--dry-run', ...scratch);
      const done = await renumbered(at, ...scratch);
      assert.deepEqual(done.generated, dry.generated);
      assert.deepEqual(
        done.generated.map(({ file, state }) => [file, state]),
        [['postgresql/init-complete-patch.sql', 'written']],
      );
      assert.match(patch(), /^-- {3}002_theirs\n-- {3}003_x\n-- {3}004_y$/m);
      assert.equal((await at.run(['schema', 'patch', '--check', ...scratch])).exit, 0);
      at.write(tables('003_twin'));
      at.write({ 'migration-audit-report.md': '003_x\n' });
      const file = join(at.folder, 'postgresql/init-complete.sql');
      writeFileSync(file, `${readFileSync(file, 'utf8')}-- 003_x\n`);
      const stale = await renumbered(at, '003_x', ...scratch);
      assert.deepEqual(
        stale.generated.map(({ state, command }) => [state, command]),
        [
          ['stale', 'taskflow-db schema dump'],
          ['stale', 'taskflow-db schema report'],
        ],
      );
      const said = await at.run(['renumber', '3', '--scratch', 'postgresql://127.0.0.1:1/none']);
      assert.equal(said.exit, 0, said.output);
    }));

  test('without a scratch server the patch is left, and it is said how it is written', () =>
    withCli(18, {}, async (at) => {
      await applied(at, tables('001_a'));
      at.write(tables('001_b'));
      at.write({ 'postgresql/init-complete.sql': '', 'postgresql/init-complete-patch.sql': '<<<<<<< HEAD\n' });
      const run = await at.run(['renumber', '--scratch', 'postgresql://127.0.0.1:1/none']);
      assert.equal(run.exit, 0, run.output);
      assert.match(run.said, /init-complete-patch\.sql is stale \(.*\): taskflow-db schema patch/);
      assert.deepEqual(migrationsOf(at), ['001_a.sql', '002_b.sql']);
    }));

  test('a workplace without a database goes by Git', () =>
    withWorkplace(tables('001_a'), {}, async (at) => {
      const git = gitIn(at);
      git('add', '-A');
      git('commit', '-qm', 'a');
      git('switch', '-qc', 'feature');
      at.write(tables('002_mine', '003_mine_too'));
      git('add', '-A');
      git('commit', '-qm', 'mine');
      git('switch', '-q', 'main');
      at.write(tables('002_theirs'));
      git('add', '-A');
      git('commit', '-qm', 'theirs');
      git('switch', '-q', 'feature');
      const found = await renumbered(at);
      assert.deepEqual(named(found), { '002_mine': '003_mine', '003_mine_too': '004_mine_too' }, 'before it is merged');
      assert.deepEqual([found.database, found.branch], [null, 'main']);
      writeFileSync(join(at.folder, 'taskflow-db.config.json'), '{"renumber": {"since": "feature~1"}}');
      assert.deepEqual((await renumbered(at)).branch, 'feature~1');
      assert.deepEqual(migrationsOf(at), ['001_a.sql', '003_mine.sql', '004_mine_too.sql']);
    }));
});
