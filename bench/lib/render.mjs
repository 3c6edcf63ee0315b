// Results as tables: on the terminal, and in docs/BENCHMARKS.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HEAD = ['Tool', 'Wall ms: median (min–max)', '× psql', 'CPU ms: median (min)', 'Over Node, ms', 'Peak MB'];

/** Rows of `interleave` as a Markdown table; ratios are of medians. */
export function tableOf(rows) {
  if (rows.some((row) => row.cells)) return cellTable(rows);
  const psql = rows.find((row) => row.name === 'psql' && !row.failure);
  const bare = rows.find((row) => row.name === 'node -e 0');
  const lines = rows.map((row) => (row.failure ? failed(row) : measured(row, psql, bare)));
  const used = HEAD.map((_, i) => lines.some((cells) => cells[i] !== ''));
  return [HEAD, HEAD.map((_, i) => (i === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.filter((_, i) => used[i]).join(' | ')} |`)
    .join('\n');
}

/** Rows of a benchmark that measures something else: what stands under which heading. */
function cellTable(rows) {
  const heads = Object.keys(rows.find((row) => row.cells).cells);
  const lines = rows.map((row) => [row.name, ...heads.map((head, i) => cellOf(row, head, i))]);
  return [['Tool', ...heads], ['---', ...heads.map(() => '---:')], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function cellOf(row, head, i) {
  if (!row.cells) return i === 0 ? failed(row)[1] : '';
  if (typeof row.cells[head] === 'string') return row.cells[head];
  const { median, min, max } = row.cells[head];
  return `${whole(median)} (${whole(min)}–${whole(max)})`;
}

function measured(row, psql, bare) {
  const { wallMs, cpuMs, peakMb } = row;
  return [
    row.name,
    `${whole(wallMs.median)} (${whole(wallMs.min)}–${whole(wallMs.max)})`,
    psql ? (wallMs.median / psql.wallMs.median).toFixed(2) : '',
    `${whole(cpuMs.median)} (${whole(cpuMs.min)})`,
    bare ? `${whole(cpuMs.median - bare.cpuMs.median)} (${whole(cpuMs.min - bare.cpuMs.min)})` : '',
    whole(peakMb.median),
  ];
}

function failed(row) {
  const reason = row.failure.replaceAll('|', '/').split('\n').filter(Boolean).slice(0, 3).join(' ');
  return [row.name, `failed: ${reason.slice(0, 160)}`, '', '', '', ''];
}

function whole(value) {
  return Math.round(value).toLocaleString('en');
}

export function renderAll(folder, names, path) {
  const found = names.map((name) => join(folder, `${name}.json`)).filter((file) => existsSync(file));
  const sections = found.map((file) => section(JSON.parse(readFileSync(file, 'utf8'))));
  writeFileSync(path, `${[INTRODUCTION, ...sections].join('\n\n')}\n`);
}

function section({ title, conditions, notes, tables }) {
  const { date, processor, memoryGb, system, node, postgresql, fsyncMs, loadBefore, loadAfter } = conditions;
  return [
    `## ${title}`,
    `${date} UTC; ${processor}, ${memoryGb} GB, ${system}; Node ${node}, PostgreSQL ${postgresql}; fsync of 8 kB ${fsyncMs.median} ms (${fsyncMs.min}–${fsyncMs.max}); load average before ${loadBefore.join(', ')}, after ${loadAfter.join(', ')}.`,
    ...notes.map((note) => `Note: ${note}.`),
    ...Object.entries(tables).flatMap(([name, rows]) => [`### ${name}`, tableOf(rows)]),
  ].join('\n\n');
}

const INTRODUCTION = `<!-- Written by bench/run.mjs from bench/results/ -->

# Benchmarks

Other tools run the same migrations beside taskflow-db, on the same server, in turn (A B C A B C ...), so that a busy moment
of the machine hits all alike. Every run of every tool starts from a new database after a checkpoint, and afterwards the catalogs are
checked: all tables, columns, indexes, constraints and rows, and the tool's own record of each migration.

How to repeat it, with PostgreSQL's programs, Python 3 and Node installed:

\`\`\`sh
npm ci && node scripts/build.mjs
npm ci --prefix bench --ignore-scripts
node bench/run.mjs                            # all: about half an hour
node bench/run.mjs small-migrations --rounds 3
\`\`\`

- Server: a private PostgreSQL in a temporary folder with the default settings (fsync on), loopback TCP, no TLS, no password.
- Wall and CPU (user and system) are of the client process and its children, peak memory is its resident set, by the kernel's wait4.
  The server's own CPU is in the wall time only.
- psql: one process, one \`-f\` a file, each file with BEGIN, its statements, an INSERT into a table of applied versions, COMMIT.
- dbmate: its program itself, without the Node launcher of its npm package. node-pg-migrate: with --no-single-transaction.
  graphile-migrate: committed migrations. postgrator: as a library, in the least program.
- "× psql" compares medians of wall time. "Over Node" is CPU beyond bare \`node -e 0\`, median and in parentheses minimum.
- taskflow-db also does what the others do not: it records a checksum, the SQL and who ran it, two events a migration in a
  hash-chained audit trail, and makes the session as new between two files.`;
