import { objectName } from '../catalog/object-name.ts';
import type { AuditFacts } from '../verify/audit-facts.ts';
import { CHECK_NAMES, type Check, type CheckName } from '../verify/check.ts';
import { remarkLines } from '../verify/data-facts.ts';
import { markdownCode, markdownTable, markdownText } from './markdown.ts';
import { checkSummary } from './verify-text.ts';

/** The status of the migrations as Markdown: the same text for the same migrations, on any machine and at any time. */
export function auditReport(report: AuditFacts): string {
  const present = CHECK_NAMES.filter((name) => report.checks.some((one) => one.name === name));
  const parts = [
    '# Migration audit report',
    `The migrations in this folder, as \`taskflow-db verify\` proves them on scratch databases (PostgreSQL ${report.major}).
Written by \`taskflow-db schema report\`, not by hand; \`schema report --check\` exits with status 3 where it is stale.`,
    '## Summary',
    markdownTable(
      ['Check', 'Result', 'Found'],
      present.map((name) => summaryRow(name, report)),
    ),
    '## Migrations',
    markdownTable(
      ['Version', 'Description', 'Author', 'Date', 'Requires', 'Replay', 'Rollback', 'Second run', 'VERIFY'],
      report.migrations.map((one) => migrationRow(one, report)),
    ),
    ...present.flatMap((name) => [`## ${name}`, QUESTIONS[name], checkTable(name, report)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const QUESTIONS: Readonly<Record<CheckName, string>> = {
  checksums: 'Can the files be read and put in order?',
  manifest: 'Does `migrations.lock` record every file as it is?',
  replay: 'Can each migration be applied, in order, to an empty database?',
  'init-complete':
    'Does `init-complete.sql`, with its patch, make the schema, the rows and the records that the migrations make?',
  upgrade: 'Does each older state that is shipped become what the migrations make?',
  rollback: 'Does each rollback leave exactly what was there before, and can the migration be applied again behind it?',
  rerun: 'Does a second run of the file change nothing?',
  killed: 'Does a data migration come to the same rows when it is killed inside each batch and behind each?',
  verify: 'Do the VERIFY queries hold behind the migration, and not without it?',
};

function summaryRow(name: CheckName, { checks }: AuditFacts): string[] {
  const found = checks.filter((one) => one.name === name);
  const states = new Set(found.map(({ state }) => state));
  const result = states.has('failed') ? '**FAILED**' : states.has('ok') || states.has('note') ? 'ok' : 'not checked';
  return [name, result, markdownText(checkSummary(name, found))];
}

function migrationRow(one: AuditFacts['migrations'][number], report: AuditFacts): string[] {
  const of = (name: CheckName) => report.checks.find((check) => check.name === name && check.version === one.version);
  return [
    markdownCode(one.version),
    markdownText(one.description),
    markdownText(one.author ?? ''),
    markdownText(one.date ?? ''),
    one.requires.map(markdownCode).join(', '),
    replayWord(one.version, report),
    word(of('rollback'), 'exact', 'irreversible'),
    word(of('rerun'), 'no change'),
    word(of('verify'), 'holds', 'none'),
  ];
}

/** `without`: for a check that found nothing to prove. */
function word(check: Check | undefined, proven: string, without = proven): string {
  if (!check) return 'not checked';
  if (check.state === 'ok') return check.detail === '' ? proven : without;
  return STATES[check.state];
}

const STATES: Readonly<Record<Check['state'], string>> = {
  ok: 'ok',
  note: 'note',
  'not-checked': 'not checked',
  failed: '**FAILED**',
};

/** The replay is one check of all; it stands beside a version only where that was not applied. */
function replayWord(version: string, { migrations, checks }: AuditFacts): string {
  const replays = checks.filter(({ name }) => name === 'replay');
  const own = replays.find((one) => one.version === version);
  if (own) return STATES[own.state];
  const stuck = replays.find(({ state }) => state === 'failed')?.version;
  const at = (wanted: string) => migrations.findIndex((one) => one.version === wanted);
  return stuck && at(version) > at(stuck) ? 'not checked' : 'applied';
}

function checkTable(name: CheckName, { checks, shownFile }: AuditFacts): string {
  const rows = checks
    .filter((one) => one.name === name)
    .map((one) => [
      one.version === null ? 'all' : markdownCode(one.version),
      STATES[one.state],
      [markdownText(withoutScratch(one.detail)), ...changeLines(one), ...dataLines(one)]
        .filter((text) => text !== '')
        .join('<br>'),
      one.where
        ? markdownCode(`${shownFile(one.where.file)}${one.where.line === undefined ? '' : `:${one.where.line}`}`)
        : '',
    ]);
  return markdownTable(['Migration', 'Result', 'Found', 'SQL'], rows);
}

/** Scratch databases have another name at every run. */
function withoutScratch(detail: string): string {
  return detail.replace(/taskflow_scratch_[0-9a-z_]+/g, 'the scratch database');
}

function changeLines({ changes = [] }: Check): string[] {
  return changes.map(
    (one) => `${one.kind} ${markdownText(`${one.type} ${objectName(one)}`)}${properties(one.kind, one.detail)}`,
  );
}

function dataLines({ data }: Check): string[] {
  return data ? remarkLines(data).map((line) => markdownText(withoutScratch(line))) : [];
}

function properties(kind: string, detail: object): string {
  return kind === 'changed' ? `: ${Object.keys(detail).map(markdownText).join(', ')}` : '';
}
