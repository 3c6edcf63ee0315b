/**
 * The table of facts on statements that were not written for it: the first statement of every case of the corpus of lint is
 * recognised, and tried on a server. What it locks and writes anew has to be what was foreseen from the files alone.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { LockMode } from '../../src/facts/form.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { type WholeEffect, wholeEffect } from '../../src/facts/whole.ts';
import type { Known } from '../../src/known/known.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { splitScript } from '../../src/sql/splitter.ts';
import { isTree } from '../../src/syntax/tree.ts';
import { learned } from '../known/bed.ts';
import { corpusOf, corpusRules } from '../lint/corpus-file.ts';
import { server, templateDatabase, withDatabase } from '../support/servers.ts';
import { connectTo, type Measured, measure, strength } from './facts-bed.ts';

const MAJOR = 18;
const GIVEN = readFileSync(new URL('../lint/corpus/given.sql', import.meta.url), 'utf8');
const parse = await loadParser();

test('what the corpus of lint locks and rewrites is what was foreseen', async (context) => {
  const on = await server(MAJOR);
  const template = await templateDatabase(on, `corpus ${GIVEN}`, async (database) => {
    const client = await connectTo(database);
    await client.query(GIVEN);
    await client.end();
  });
  const wrong: string[] = [];
  let measured = 0;
  for (const [given, cases] of byGiven()) {
    const body = async (database: Parameters<typeof connectTo>[0]) => {
      const client = await connectTo(database);
      for (const sql of statementsOf(given)) await client.query(sql);
      await client.query("SET TimeZone = 'Europe/Vienna'");
      const known = learned(`${GIVEN}\n${given}`);
      for (const one of cases) {
        const said = foreseen(one.sql, known);
        const did = said && (await measure(client, one.sql).catch(() => undefined));
        if (!did) continue;
        measured++;
        wrong.push(...differences(said, did).map((line) => `${one.rule}.sql:${one.line}: ${one.sql}\n  ${line}`));
      }
      await client.end();
    };
    await withDatabase(MAJOR, body, { template });
  }
  context.diagnostic(`${measured} statements measured`);
  assert.deepEqual(wrong, []);
  assert.ok(measured > 250, `${measured} statements measured`);
});

interface Judged {
  readonly rule: string;
  readonly line: number;
  readonly sql: string;
}

/** Each statement once, with others that need the same tables. */
function byGiven(): Map<string, Judged[]> {
  const found = new Map<string, Map<string, Judged>>();
  for (const one of corpusRules().flatMap(corpusOf)) {
    const [sql] = statementsOf(one.sql);
    const cases = found.get(one.given) ?? new Map<string, Judged>();
    if (sql) cases.set(sql, { rule: one.rule, line: one.line, sql });
    found.set(one.given, cases);
  }
  return new Map([...found].map(([given, cases]) => [given, [...cases.values()]]));
}

function statementsOf(script: string): string[] {
  const items = [...splitScript(script, () => {})].filter(({ kind }) => kind === 'statement');
  return items.map(({ start, end }) => script.slice(start, end));
}

/** What a statement does by itself; undefined where that is not known from its text, or cannot be tried in a transaction. */
function foreseen(sql: string, known: Known): WholeEffect | undefined {
  const tree = parse(sql);
  if (!isTree(tree) || 'DoStmt' in tree.node || 'CallStmt' in tree.node) return undefined;
  const said = wholeEffect(usesOf(tree, known, MAJOR), MAJOR, known);
  return said.transactional ? said : undefined;
}

/** Of tables, views and sequences, by what stalls others. */
function differences(said: WholeEffect, { locks, rewrite, indexes }: Measured): string[] {
  const counts = (name: string, mode: LockMode) => strength(mode) > strength('RowExclusiveLock') && !indexes.has(name);
  const left = new Map([...locks].filter(([name, mode]) => counts(name, mode)));
  const wrong = said.locks.flatMap(({ relation, mode }) => {
    if (!relation || !counts(relation.name, mode)) return [];
    const found = left.get(relation.name);
    left.delete(relation.name);
    return found === mode ? [] : [`${relation.name}: ${found}, said ${mode}`];
  });
  const unnamed = said.locks.filter(({ relation }) => relation === undefined).map(({ mode }) => mode);
  const unsaid = [...left]
    .filter(([, mode]) => !unnamed.includes(mode))
    .map(([name, mode]) => `${name}: ${mode}, not said`);
  const isWritten = said.rewrite === 'table';
  return [
    ...wrong,
    ...unsaid,
    ...(isWritten === (rewrite === 'table') ? [] : [`rewrites ${rewrite}, said ${said.rewrite}`]),
  ];
}
