/** `Depends:` headers that lead nowhere, and files that cannot be read: lint, graph and migrate say so, each in its way. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Files, withCli, withWorkplace } from '../support/cli.ts';

const file = (headers: string, sql: string) => `-- A file\n${headers}\n${sql}\n\n-- IRREVERSIBLE: a test\n`;
const AMISS: Files = {
  'm/001_a.sql': file('-- Depends: 099_gone', 'CREATE TABLE a (id bigint PRIMARY KEY);'),
  'm/002_b.sql': file('-- Depends: 003_c', 'CREATE TABLE b (id bigint PRIMARY KEY);'),
  'm/003_c.sql': file('-- Depends: 002_b', 'CREATE TABLE c (id bigint PRIMARY KEY);'),
  'm/004_one.sql': file('-- Depends: 001_a', 'CREATE TABLE d (id bigint PRIMARY KEY);'),
  'm/004_two.sql': file('-- Depends: 004_one', 'CREATE TABLE e (id bigint PRIMARY KEY);'),
  'm/005_f.sql': file('-- Depends: 004', 'CREATE TABLE f (id bigint PRIMARY KEY);'),
};

interface Found {
  readonly findings: readonly {
    readonly rule: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
  }[];
}

test('lint fails, and shows each header', () =>
  withWorkplace(AMISS, {}, async (at) => {
    const { exit, json } = await at.run(['lint', '--json', '--rule', 'unresolved-depends']);
    assert.equal(exit, 3);
    assert.deepEqual(
      json<Found>().findings.map((one) => `${one.file}:${one.line}:${one.column}`),
      ['m/001_a.sql:2:13', 'm/003_c.sql:2:13', 'm/002_b.sql:2:13', 'm/005_f.sql:2:13'],
    );
  }));

test('graph draws what it can, says what it cannot, and exits with 1', () =>
  withWorkplace(AMISS, {}, async (at) => {
    const { exit, stdout, said } = await at.run(['graph']);
    assert.equal(exit, 1);
    assert.match(stdout, /^6 migrations;/m);
    assert.match(said, /001_a depends on 099_gone, which is not applied and has no file \(m\/001_a\.sql:2\)/);
    assert.match(said, /002_b -> 003_c -> 002_b/);
    assert.match(said, /005_f depends on 004, which may mean several: 004_one, 004_two \(m\/005_f\.sql:2\)/);
    const document = (await at.run(['graph', '--json'])).json<{ complaints: { code: string }[] }>();
    assert.deepEqual(
      document.complaints.map(({ code }) => code),
      ['order', 'order', 'order'],
    );
  }));

test('graph does not pass over a file that cannot be read', () =>
  withWorkplace(
    { 'm/001_a.sql': file('', 'CREATE TABLE a (id bigint PRIMARY KEY);'), 'm/002_b.sql': "SELECT 'open;\n" },
    {},
    async (at) => {
      const { exit, said } = await at.run(['graph', '--quiet']);
      assert.equal(exit, 1);
      assert.match(said, /m\/002_b\.sql:1/);
    },
  ));

test('migrate names both files of a number that a header names', () =>
  withCli(18, AMISS, async (at) => {
    const { exit, said } = await at.run(['migrate']);
    assert.equal(exit, 1);
    assert.match(said, /005_f depends on 004, which may mean several: 004_one, 004_two/);
    assert.match(said, /Write the whole version into its Depends: header/);
  }));

test('a graph is written as what the name of its file says, or not at all', () =>
  withWorkplace({ 'm/001_a.sql': file('', 'CREATE TABLE a (id bigint PRIMARY KEY);') }, {}, async (at) => {
    const { exit, said } = await at.run(['graph', '--out', 'g.png']);
    assert.equal(exit, 2);
    assert.match(said, /\.svg, \.mmd, \.mermaid, \.dot, \.gv, \.json, \.txt, or --format/);
    assert.equal(existsSync(join(at.folder, 'g.png')), false);
    assert.equal((await at.run(['graph', '--out', 'g.png', '--format', 'svg'])).exit, 0);
    assert.equal((await at.run(['graph', '--out', 'GRAPH'])).exit, 0);
  }));

test('status names twins, as migrate does, and --check notices them', () =>
  withCli(18, { 'm/001_a.sql': file('', 'CREATE TABLE a (id bigint PRIMARY KEY);') }, async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.write({ 'm/001_b.sql': file('', 'CREATE TABLE b (id bigint PRIMARY KEY);') });
    const { exit, said } = await at.run(['status', '--check']);
    assert.equal(exit, 3);
    assert.match(said, /error\[order\]: these migrations have one number: m\/001_a\.sql, m\/001_b\.sql/);
    assert.match(said, /taskflow-db renumber/);
    at.write({ 'm/001_b.sql': file('-- Depends: 001_a', 'CREATE TABLE b (id bigint PRIMARY KEY);') });
    assert.doesNotMatch((await at.run(['status'])).said, /one number/);
  }));
