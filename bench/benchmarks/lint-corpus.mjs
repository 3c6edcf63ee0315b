// What linters find in the corpus of labelled statements: the unsafe ones, and alarms on their safe twins.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const title = 'What is found in labelled statements';

/** What a linter says of nearly every statement, safe or not, is no verdict on it. */
const HOUSE_STYLE = new Set([
  ...['prefer-robust-stmts', 'require-timeout-settings', 'require-lock-timeout', 'require-statement-timeout'],
  ...['missing-lock-timeout', 'missing-statement-timeout', 'missing-idle-timeout', 'missing-application-name'],
]);
const isStyle = (rule) => HOUSE_STYLE.has(rule) || /^prefer-robust-/.test(rule);

export function run(bed) {
  const folder = join(bed.folder, 'cases');
  mkdirSync(folder);
  const cases = ourVerdicts(bed.root, folder);
  const tools = {
    'taskflow-db': new Map(cases.map((one) => [one.file, one.kind === 'unsafe' ? one.found : one.alarm])),
    squawk: flagged(squawk(bed.root, cases)),
    pgfence: flagged(pgfence(bed.root, cases)),
  };
  bed.note(
    'of the others any finding counts, whatever it is about, but for what they say of nearly every statement (timeouts, IF NOT EXISTS); they see the statement alone, ours also the schema before it',
  );
  const topics = ['locks', 'compatibility', 'transactions', 'data'];
  return {
    'Locks, compatibility, transactions, changes of rows': rows(
      tools,
      cases.filter(({ topic }) => topics.includes(topic)),
    ),
    'Rollbacks, security, design': rows(
      tools,
      cases.filter(({ topic }) => !topics.includes(topic)),
    ),
  };
}

function ourVerdicts(root, folder) {
  const tsx = join(root, 'test/node_modules/tsx/dist/loader.mjs');
  const script = join(root, 'bench/lib/corpus-report.ts');
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 };
  return JSON.parse(execFileSync(process.execPath, ['--import', tsx, script, folder], options));
}

function rows(tools, cases) {
  const unsafe = cases.filter(({ kind }) => kind === 'unsafe');
  const safe = cases.filter(({ kind }) => kind === 'safe');
  return Object.entries(tools).map(([name, verdicts]) => ({
    name,
    cells: {
      'Unsafe, found': share(unsafe, verdicts),
      'Safe twins, with an alarm': share(safe, verdicts),
    },
  }));
}

function share(cases, verdicts) {
  return `${cases.filter(({ file }) => verdicts.get(file)).length} of ${cases.length}`;
}

function flagged(findings) {
  return new Map(findings.filter(({ rule }) => !isStyle(rule)).map(({ file }) => [file, true]));
}

function squawk(root, cases) {
  const program = join(root, 'bench/node_modules/@squawk-cli', `${process.platform}-${process.arch}`, 'bin/squawk');
  const files = cases.map(({ file }) => file);
  const { stdout } = spawnSync(program, ['--reporter', 'json', ...files], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(stdout).map(({ file, rule_name: rule }) => ({ file, rule }));
}

const BATCH = 40;

/** A file that it cannot read ends a run of many: that run is tried again by halves. */
function pgfence(root, cases) {
  const program = join(root, 'bench/node_modules/@flvmnt/pgfence/dist/index.js');
  const files = cases.map(({ file }) => file);
  const batches = Array.from({ length: Math.ceil(files.length / BATCH) }, (_, i) =>
    files.slice(i * BATCH, (i + 1) * BATCH),
  );
  return batches.flatMap((batch) => pgfenceInHalves(program, batch));
}

function pgfenceInHalves(program, files) {
  const found = pgfenceOn(program, files);
  if (found || files.length < 2) return found ?? [];
  const half = files.length >> 1;
  return [files.slice(0, half), files.slice(half)].flatMap((part) => pgfenceInHalves(program, part));
}

function pgfenceOn(program, files) {
  const asked = [program, 'analyze', '--output', 'json', ...files];
  const { stdout } = spawnSync(process.execPath, asked, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!stdout.trim().startsWith('{')) return undefined;
  return (JSON.parse(stdout).results ?? []).flatMap(({ filePath, checks = [], policyViolations = [] }) =>
    [...checks, ...policyViolations].map(({ ruleId }) => ({ file: filePath, rule: ruleId })),
  );
}
