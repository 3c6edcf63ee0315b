/**
 * Every fix that `lint --fix` writes, for every unsafe case of the corpus that has one: the rule that found it is content, the
 * files apply, they end in the catalog that the unsafe file ends in, and what was added goes back to what was there before.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { changesText } from '../../src/catalog/change-text.ts';
import { compareSchemas } from '../../src/catalog/compare.ts';
import { fix } from '../../src/engine/lint/fix.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { DEFAULT_OPTIONS } from '../../src/lint/options.ts';
import { RULE_NAMES, RULES } from '../../src/lint/rules.ts';
import type { Migration, Statement } from '../../src/migration/migration.ts';
import { GIVEN, migration } from '../lint/bed.ts';
import { type CorpusCase, corpusOf, corpusRules } from '../lint/corpus-file.ts';
import { onServers } from '../support/on-servers.ts';
import { server, type TestDatabase, templateDatabase, withDatabase } from '../support/servers.ts';
import { ALL, snapshotOf } from './catalog-bed.ts';

const RULES_ON = RULES.flatMap(({ severity }, i) => (severity === 'off' ? [] : [{ rule: RULES[i]!, severity }]));

/** The files of a case after `lint --fix`, in the order in which they are applied. */
async function fixedFiles(one: CorpusCase, serverMajor: number) {
  const cwd = mkdtempSync(join(tmpdir(), 'taskflow-fix-'));
  const { rule } = RULES_ON.find(({ rule }) => rule.id === one.rule) ?? {};
  try {
    writeFileSync(join(cwd, '001_given.sql'), `${GIVEN}\n${one.given}\n-- IRREVERSIBLE: the ground\n`);
    writeFileSync(join(cwd, '002_case.sql'), one.whole ? one.sql : `${one.sql}\n-- IRREVERSIBLE: a case\n`);
    const fixed = await fix({
      settings: { directories: [cwd] },
      cwd,
      files: [join(cwd, '002_case.sql')],
      knowledge: { newLearner: () => new SchemaLearner(), applied: undefined },
      rules: rule ? RULES_ON.filter((active) => active.rule === rule) : [],
      names: RULE_NAMES,
      options: { ...DEFAULT_OPTIONS, serverMajor },
      signal: new AbortController().signal,
    });
    const files = readdirSync(cwd).filter((name) => name !== '001_given.sql');
    return {
      ...fixed,
      files: files.sort().map((name) => migration(name.replace(/\.sql$/, ''), readFileSync(join(cwd, name), 'utf8'))),
    };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

async function runAll(database: TestDatabase, statements: readonly Statement[]): Promise<void> {
  for (const { sql } of statements) await database.sql(sql);
}

async function schemaAfter(template: string, major: number, given: string, files: readonly Migration[]) {
  return withDatabase(
    major,
    async (database) => {
      if (given !== '')
        await runAll(database, migration('001_more', `${given}\n-- IRREVERSIBLE: more ground\n`).statements);
      for (const file of files) await runAll(database, file.statements);
      return { schema: await snapshotOf(database, { included: ALL }), back: await goBack(database, files) };
    },
    { template },
  );
}

/** The schema when all but the first file are rolled back. */
async function goBack(database: TestDatabase, [, ...added]: readonly Migration[]) {
  for (const { rollback } of [...added].reverse()) {
    assert.equal(rollback.kind, 'sql');
    if (rollback.kind === 'sql') await runAll(database, rollback.statements);
  }
  return snapshotOf(database, { included: ALL });
}

/** All of them, or every fourth, another one each day. */
function chosen(cases: readonly CorpusCase[]): CorpusCase[] {
  if (process.env.TASKFLOW_FIXES === 'all' || process.env.TASKFLOW_TEST_LONG === '1') return [...cases];
  const day = Math.floor(Date.now() / 86_400_000);
  return cases.filter((_, i) => i % 4 === day % 4);
}

const unsafe = corpusRules()
  .flatMap(corpusOf)
  // What is wrong between several files no fix of one of them mends.
  .filter(({ kind, sql }) => kind === 'unsafe' && !/^--> /m.test(sql));

/** So many databases at once. */
const AT_ONCE = 3;

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: fixes apply, lint clean, end in the same catalog and go back to where they began`, async () => {
    const template = await templateDatabase(await server(major), `corpus ${GIVEN}`, async (database) => {
      await runAll(database, migration('001_given', `${GIVEN}\n-- IRREVERSIBLE: the ground\n`).statements);
    });
    const cases = chosen(unsafe.filter(({ options }) => (options.serverMajor ?? major) === major));
    const wrong: string[] = [];
    let fixes = 0;
    const work = async () => {
      for (let one = cases.shift(); one; one = cases.shift()) {
        const fixed = await fixedFiles(one, major);
        if (fixed.changed.length === 0) continue;
        fixes++;
        wrong.push(
          ...(await faultsOf(one, fixed, template, major)).map((fault) => `${one.rule}.sql:${one.line} ${fault}`),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    assert.deepEqual(wrong, []);
    assert.ok(fixes > 10, `${fixes} fixes were tried`);
  });
}

async function faultsOf(
  one: CorpusCase,
  fixed: Awaited<ReturnType<typeof fixedFiles>>,
  template: string,
  major: number,
): Promise<string[]> {
  const still = fixed.linted.findings.filter((finding) => finding.rule === one.rule && finding.severity !== 'note');
  if (still.length > 0) return [`still found: ${still.map(({ message }) => message).join('; ')}`];
  const texts = fixed.files.map(({ text }) => text).join('\n=====\n');
  const unsafe = migration('002_case', one.whole ? one.sql : `${one.sql}\n-- IRREVERSIBLE: a case\n`);
  // A case may be about an object that nobody knows: there the text decides, and nothing can be run.
  const before = await schemaAfter(template, major, one.given, [unsafe]).catch(() => undefined);
  if (!before) return [];
  try {
    const after = await schemaAfter(template, major, one.given, fixed.files);
    const several = fixed.files.length > 1;
    const first = several ? await schemaAfter(template, major, one.given, fixed.files.slice(0, 1)) : undefined;
    const end = compareSchemas(before.schema, after.schema);
    const back = first && compareSchemas(first.schema, after.back);
    return [
      ...(end.equal ? [] : [`ends in another catalog:\n${changesText(end.changes, 20)}\n${texts}`]),
      ...(!back || back.equal
        ? []
        : [`does not go back to its first step:\n${changesText(back.changes, 20)}\n${texts}`]),
    ];
  } catch (error) {
    return [`fails: ${(error as Error).message}\n${texts}`];
  }
}
