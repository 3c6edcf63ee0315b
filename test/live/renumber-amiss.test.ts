/** What `renumber` cannot mend, it says; what was killed in its middle, the next one takes back. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Workplace, withCli, withWorkplace } from '../support/cli.ts';
import { filesOf, gitIn, migrationsOf, table, tables } from './renumber-bed.ts';

const lock = (at: Workplace) => readFileSync(join(at.folder, 'm/migrations.lock'), 'utf8');
const recorded = (at: Workplace) => [...lock(at).matchAll(/^\d\S*\.sql/gm)].map(([name]) => name);

describe('renumber', { concurrency: 2 }, () => {
  test('headers that name what no file has are told, with what was perhaps meant', () =>
    withCli(18, tables('001_a'), async (at) => {
      assert.equal((await at.run(['migrate'])).exit, 0);
      at.write(tables('002_orders', '003_b < 099_nobody', '004_c < 007_orders'));
      const { exit, said } = await at.run(['renumber']);
      assert.equal(exit, 0);
      assert.match(said, /Warning: m\/003_b\.sql:2 names 099_nobody, which no file has: migrate will refuse it\./);
      assert.match(said, /m\/004_c\.sql:2 names 007_orders, .* Perhaps it is 002_orders by now: correct the header\./);
      const { unresolved } = (await at.run(['renumber', '--json'])).json<{ unresolved: { text: string }[] }>();
      assert.deepEqual(
        unresolved.map(({ text }) => text),
        ['099_nobody', '007_orders'],
      );
    }));

  test('in a rebase of several commits, a header that names a number given before is told', () =>
    withWorkplace(tables('001_a'), {}, async (at) => {
      const git = gitIn(at);
      const commit = (message: string) => {
        git('add', '-A', 'm');
        git('commit', '-qm', message);
      };
      commit('a');
      git('switch', '-qc', 'feature');
      at.write(tables('002_mine'));
      commit('mine');
      at.write(table('003_more', '002_mine'));
      commit('more');
      git('switch', '-q', 'main');
      at.write(tables('002_theirs'));
      commit('theirs');
      git('switch', '-q', '--detach', 'feature~1');
      git('rebase', '-q', 'main');
      assert.equal((await at.run(['renumber'])).exit, 0);
      assert.deepEqual(migrationsOf(at), ['001_a.sql', '002_theirs.sql', '003_mine.sql']);
      commit('mine, renumbered');
      git('cherry-pick', 'feature');
      const { said } = await at.run(['renumber']);
      assert.match(said, /m\/00\d_more\.sql:2 names 002_mine, which no file has: .* Perhaps it is 003_mine by now/);
    }));

  test('a deleted file that is applied, or on the branch, keeps its line in the manifest', () =>
    withCli(18, tables('001_a', '002_b'), async (at) => {
      assert.equal((await at.run(['renumber', '--lock'])).exit, 0);
      assert.equal((await at.run(['migrate'])).exit, 0);
      const git = gitIn(at);
      git('add', '-A', 'm');
      git('commit', '-qm', 'all');
      at.write(tables('003_c'));
      assert.equal((await at.run(['renumber', '--quiet'])).exit, 0);
      rmSync(join(at.folder, 'm/002_b.sql'));
      rmSync(join(at.folder, 'm/003_c.sql'));
      const { exit, said } = await at.run(['renumber']);
      assert.equal(exit, 0);
      assert.match(said, /Warning: 002_b\.sql has no file any more, and is applied to d\w+: restore it from Git/);
      assert.deepEqual(recorded(at), ['001_a.sql', '002_b.sql'], 'what nobody has yet goes');
      git('switch', '-qc', 'feature');
      const offline = await at.run(['renumber', '--offline']);
      assert.match(offline.said, /002_b\.sql has no file any more, and is on main/);
      assert.equal((await at.run(['renumber', '--lock'])).exit, 0);
      assert.deepEqual(recorded(at), ['001_a.sql'], 'unless it is meant');
    }));

  test('on main, without a database, what is committed keeps its number, and the manifest is kept', () =>
    withWorkplace(tables('001_a', '003_c'), {}, async (at) => {
      assert.equal((await at.run(['renumber', '--lock'])).exit, 0);
      at.write(tables('004_d'));
      const alone = await at.run(['renumber']);
      assert.equal(alone.exit, 0, alone.output);
      assert.match(alone.said, /Nobody was asked .* Nothing was moved/);
      assert.equal(recorded(at).length, 3);
      const git = gitIn(at);
      git('add', '-A', 'm');
      git('commit', '-qm', 'all');
      at.write(tables('003_mine'));
      const { exit, said } = await at.run(['renumber']);
      assert.equal(exit, 0);
      assert.match(said, /Nobody was asked .* Numbers are kept by what is committed\..*--since origin\/main/);
      assert.deepEqual(recorded(at), ['001_a.sql', '003_c.sql', '004_d.sql', '005_mine.sql']);
      assert.doesNotMatch(said, /have one number/);
      at.write(tables('004_merged'));
      git('add', '-A', 'm');
      git('commit', '-qm', 'merged');
      const kept = await at.run(['renumber']);
      assert.match(kept.said, /004_d and 004_merged have one number.*taskflow-db renumber 004_merged/);
      assert.equal((await at.run(['renumber', '004_merged'])).exit, 0);
      assert.deepEqual(recorded(at).slice(-2), ['005_mine.sql', '006_merged.sql']);
    }));

  test('in a merge on main itself it says what it goes by', () =>
    withWorkplace(tables('001_a'), {}, async (at) => {
      const git = gitIn(at);
      const commit = (message: string) => {
        git('add', '-A', 'm');
        git('commit', '-qm', message);
      };
      commit('a');
      git('switch', '-qc', 'feature');
      at.write(tables('002_theirs'));
      commit('theirs');
      git('switch', '-q', 'main');
      at.write(tables('002_ours'));
      commit('ours');
      git('merge', '--no-commit', 'feature');
      const { exit, said } = await at.run(['renumber']);
      assert.equal(exit, 0);
      assert.match(said, /Numbers are kept by what main before this merge has\./);
      assert.deepEqual(migrationsOf(at), ['001_a.sql', '002_ours.sql', '003_theirs.sql']);
    }));

  test('killed at any place, the next one takes it back and does it', () =>
    withWorkplace({ ...tables('001_a'), 'm/NOTES.md': 'See 001_mine.\n' }, {}, async (at) => {
      const git = gitIn(at);
      git('add', '-A', 'm');
      git('commit', '-qm', 'a');
      git('switch', '-qc', 'feature');
      at.write({ ...tables('001_mine', '002_more < 001_mine'), 'm/migrations.lock': '' });
      const before = filesOf(at);
      const dying = ['--import', join(import.meta.dirname, '../support/dying.mjs')].join(' ');
      let place = 1;
      for (let died = true; died; place += 4) {
        at.remove('m');
        at.write(before);
        const env = { NODE_OPTIONS: dying, DIE_AT: String(place), DIE_IN: join(at.folder, 'm') };
        const { signal, exit } = await at.run(['renumber', '--quiet'], { env });
        died = signal === 'SIGKILL';
        if (!died) assert.equal(exit, 0);
        if (died && filesOf(at)['m/.taskflow-changes'] !== undefined) {
          const refused = await at.run(['create', 'another']);
          assert.equal(refused.exit, 1);
          assert.match(refused.said, /half changed.*taskflow-db renumber/);
        }
        const next = await at.run(['renumber']);
        assert.equal(next.exit, 0, next.output);
        assert.deepEqual(
          Object.keys(filesOf(at)),
          ['m/001_a.sql', 'm/002_mine.sql', 'm/003_more.sql', 'm/NOTES.md', 'm/migrations.lock'],
          `killed at ${place}`,
        );
        assert.match(filesOf(at)['m/003_more.sql']!, /Depends: 002_mine/);
        assert.equal(filesOf(at)['m/NOTES.md'], 'See 002_mine.\n');
      }
      assert.ok(place > 16, `only ${place} places`);
    }));
});
