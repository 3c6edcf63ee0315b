#!/usr/bin/env node
// Writes the tracking part of database/postgresql/init-complete.sql, between its marks: the tracking tables and a row for
// each file of database/migrations, by the same code that records a migration when it is applied. The schema itself is
// written by hand. With --check it only compares (status 3 if stale).
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const FILE = 'database/postgresql/init-complete.sql';
const MIGRATIONS = join(root, 'database/migrations');

/** How the tool reads, orders and records migrations, and what it says of one that it skips. */
const TOOL = `
  export { readFolders, refuseComplaints } from './src/files/folders.ts';
  export { reconcile } from './src/plan/reconcile.ts';
  export { planUp } from './src/plan/up.ts';
  export { unmetRequirement } from './src/plan/extensions.ts';
  export { recordedMigration } from './src/engine/recorded.ts';
  export { LAYOUT_1 } from './src/ledger/layout/version1.ts';
  export { LAYOUT_2 } from './src/ledger/layout/version2.ts';`;

async function loadTool() {
  const outfile = join(root, '.build/init-complete.mjs');
  const stdin = { contents: TOOL, resolveDir: root, loader: 'ts' };
  await build({
    stdin,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    packages: 'external',
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

/** All migrations in the order in which a new installation applies them, on a server that has every extension. */
function migrationsInOrder(tool) {
  const files = tool.refuseComplaints(tool.readFolders([MIGRATIONS], root));
  const everything = { get: (name) => ({ name, installed: true, available: true, creatable: true }) };
  const options = { allowLate: false, serverVersionNum: 180_000, extensions: everything };
  return tool.planUp(tool.reconcile(files, []), options).migrations.map((one) => one.migration);
}

const string = (text) => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`);

/** A text of many lines as it is, between dollar quotes that do not occur in it. */
function quoted(text, name) {
  if (text === null) return 'NULL';
  let tag = name;
  for (let i = 2; text.includes(`$${tag}$`); i++) tag = `${name}${i}`;
  return `$${tag}$${text}$${tag}$`;
}

function recordedRow(tool, migration) {
  const needs = migration.headers.requires[0];
  const row = tool.recordedMigration(migration, needs === undefined, needs ? 'skipped' : 'migration');
  const skipped = needs ? tool.unmetRequirement(needs.extension, undefined) : null;
  return `
-- ${row.version}
INSERT INTO schema_migrations
  (version, description, file_name, type, success, error_message, checksum, body_checksum, rollback_sql, body_sql)
VALUES (
  ${string(row.version)}, ${string(row.description)}, ${string(row.fileName)}, ${string(row.type)},
  ${skipped === null}, ${string(skipped)},
  ${string(row.checksum)}, ${string(row.bodyChecksum)},
  ${quoted(row.rollbackSql, 'rollback')},
  ${quoted(row.bodySql, 'file')});
`;
}

function trackingPart(tool, migrations) {
  return `
${tool.LAYOUT_1}
${tool.LAYOUT_2}
-- The migrations that this file holds, each as the tool records it, with its file and its way back. What needs an
-- extension counts as skipped until that is there (below).
${migrations.map((one) => recordedRow(tool, one)).join('')}
`;
}

/** For the guarded block of what needs an extension, when that is there. */
function appliedRow(tool, migration) {
  const row = tool.recordedMigration(migration, true);
  return `
  UPDATE schema_migrations
  SET type = ${string(row.type)}, success = true, error_message = NULL, body_sql = ${quoted(row.bodySql, 'file')}
  WHERE version = ${string(row.version)};
  `;
}

/** The text with what stands between two marks, each a comment line of its own, replaced. */
function between(text, begins, ends, part) {
  const from = text.indexOf(begins);
  const to = text.indexOf(ends, from);
  if (from < 0 || to < 0) throw new Error(`${FILE} has no place for this: ${begins} ... ${ends}`);
  return text.slice(0, text.indexOf('\n', from) + 1) + part.slice(1) + text.slice(to);
}

const asked = process.argv.slice(2);
const unknown = asked.find((flag) => flag !== '--check');
if (unknown) throw new Error(`unknown flag ${unknown}; known: --check`);

const tool = await loadTool();
const migrations = migrationsInOrder(tool);
const now = readFileSync(FILE, 'utf8');
let text = between(now, '-- TRACKING BEGINS', '-- TRACKING ENDS', trackingPart(tool, migrations));
for (const one of migrations.filter(({ headers }) => headers.requires.length > 0)) {
  text = between(text, `-- TRACKING ROW OF ${one.version}`, '-- TRACKING ROW ENDS', appliedRow(tool, one));
}
if (text !== now && asked.includes('--check')) {
  console.error(`${FILE} is stale; run: node scripts/init-complete.mjs`);
  process.exitCode = 3;
} else if (text !== now) {
  writeFileSync(FILE, text);
  console.error(`wrote ${FILE}`);
}
