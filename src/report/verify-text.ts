import { count } from '../problem/quantity.ts';
import { CHECK_NAMES, type Check, type CheckName } from '../verify/check.ts';
import { remarkLines as dataRemarkLines } from '../verify/data-facts.ts';
import { differenceLines } from './difference-text.ts';
import type { Style } from './style.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

interface Look {
  readonly width: number;
  readonly style: Style;
  /** What becomes of rows is listed, too. */
  readonly verbose?: boolean;
}

/** The failures first, each with what differs and the SQL to change; then notes; the summary last, where the eye is. */
export async function verifyLines(checks: readonly Check[], look: Look): Promise<string[]> {
  const failed = checks.filter(({ state }) => state === 'failed');
  const lines: string[] = [];
  for (const one of failed) lines.push(...(await failureLines(one, look)), '');
  return [...lines, ...remarkLines(checks, look), ...dataLines(checks, look), ...summaryLines(checks, look)];
}

/** How much of one difference is shown; all of it is in `--json`. */
const DIFFERENCE_LINES_MAX = 30;

async function failureLines({ name, version, detail, where, changes, sides }: Check, look: Look): Promise<string[]> {
  const { style, width } = look;
  const heading = `${name}: ${version === null ? '' : `${version}: `}${detail}`;
  const lines = [style.bad(wrap(visibleLine(heading), width, '  '))];
  if (where) {
    const place = `${where.file}${where.line === undefined ? '' : `:${where.line}`}`;
    lines.push(`  ${style.faint('change:')} ${visibleLine(place)}`);
    if (where.lineText !== undefined)
      lines.push(style.faint(`    ${visibleLine(where.lineText.trim()).slice(0, width - 4)}`));
  }
  if (!changes || !sides) return lines;
  const difference = { equal: false, changes, notes: [], notChecked: [] };
  const shown = await differenceLines(difference, sides, { style, width: width - 2 });
  const more = shown.length - DIFFERENCE_LINES_MAX;
  const cut = shown.slice(0, DIFFERENCE_LINES_MAX).map((line) => (line === '' ? '' : `  ${line}`));
  return [...lines, ...cut, ...(more > 0 ? [style.faint(`  ... ${count(more, 'more line')}; all of it: --json`)] : [])];
}

/** So many notes of one kind are listed; the summary counts them all. */
const REMARKS_MAX = 5;

function remarkLines(checks: readonly Check[], { style, width }: Look): string[] {
  const lines = CHECK_NAMES.flatMap((name) => {
    const found = checks.filter((one) => one.name === name && (one.state === 'note' || one.state === 'not-checked'));
    const shown = found.slice(0, REMARKS_MAX).map(({ version, state, detail }) => {
      const what = state === 'note' ? 'note' : 'not checked';
      return wrap(visibleLine(`${what}: ${name}: ${version === null ? '' : `${version}: `}${detail}`), width, '  ');
    });
    const more = found.length - shown.length;
    return [...shown, ...(more > 0 ? [`... and ${more} more of ${name}; all of them: --json`] : [])];
  });
  return lines.length > 0 ? [...lines.map(style.faint), ''] : [];
}

/** What becomes of rows: what is refused because of them in any case, and all of it where that is asked for. */
function dataLines(checks: readonly Check[], { style, width, verbose = false }: Look): string[] {
  const lines = checks.flatMap(({ name, version, data }) => {
    const remarks = data ? (verbose ? dataRemarkLines(data) : data.refused) : [];
    return remarks.map((remark) => wrap(visibleLine(`note: ${name}: ${version}: ${remark}`), width, '  '));
  });
  const shown = verbose ? lines : lines.slice(0, REMARKS_MAX);
  const more =
    lines.length > shown.length ? [`... and ${lines.length - shown.length} more of rows; all of them: --verbose`] : [];
  return lines.length > 0 ? [...[...shown, ...more].map(style.faint), ''] : [];
}

function summaryLines(checks: readonly Check[], { style, width }: Look): string[] {
  return CHECK_NAMES.flatMap((name) => {
    const found = checks.filter((one) => one.name === name);
    if (found.length === 0) return [];
    const failed = found.some(({ state }) => state === 'failed');
    const proven = found.some(({ state }) => state === 'ok' || state === 'note');
    const word = failed
      ? style.bad('FAILED'.padEnd(11))
      : proven
        ? style.good('ok'.padEnd(11))
        : style.warn('not checked');
    return hanging(`  ${name.padEnd(14)} ${word}  `, checkSummary(name, found), width);
  });
}

/** A text behind its label, broken so that it stays behind it. */
function hanging(label: string, text: string, width: number): string[] {
  const room = Math.max(20, width - LABEL);
  const [first = '', ...more] = wrap(text, room).split('\n');
  return [label + first, ...more.map((line) => ' '.repeat(LABEL) + line)];
}

const LABEL = 30;

const WHOLE: ReadonlySet<CheckName> = new Set(['checksums', 'manifest', 'replay', 'init-complete']);

/** What was found by one check, in the words of the summary. */
export function checkSummary(name: CheckName, checks: readonly Check[]): string {
  const of = (state: Check['state']) => checks.filter((one) => one.state === state);
  const [ok, notes, open, failed] = [of('ok'), of('note'), of('not-checked'), of('failed')];
  const counts = [
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(WHOLE.has(name) ? ok.map(({ detail }) => visibleLine(detail)) : okParts(name, ok)),
    ...(notes.length > 0 ? [count(notes.length, 'note')] : []),
    ...dataParts(checks),
    ...(open.length > 0 ? [`${open.length} not checked`] : []),
  ];
  return counts.join(', ');
}

/** In how many migrations rows are lost and the like. */
function dataParts(checks: readonly Check[]): string[] {
  const all = checks.flatMap(({ data }) => (data ? [data] : []));
  const counted = (found: number, one: string, many: string) =>
    found > 0 ? [`${found} ${found === 1 ? one : many}`] : [];
  return [
    ...counted(all.filter(({ refused }) => refused.length > 0).length, 'fails on rows', 'fail on rows'),
    ...counted(all.filter(({ loses }) => loses.length > 0).length, 'loses data', 'lose data'),
    ...counted(all.filter(({ leaves }) => leaves.length > 0).length, 'leaves rows', 'leave rows'),
    ...counted(
      new Set(all.flatMap(({ unsampled }) => unsampled)).size,
      'table without sample rows',
      'tables without sample rows',
    ),
    ...counted(
      all.filter(({ notChecked }) => notChecked !== undefined).length,
      'with data not checked',
      'with data not checked',
    ),
  ];
}

function okParts(name: CheckName, ok: readonly Check[]): string[] {
  const without = name === 'upgrade' ? 0 : ok.filter(({ detail }) => detail !== '').length;
  const proven = ok.length - without;
  const words: Partial<Record<CheckName, [string, string]>> = {
    rollback: ['exact', 'irreversible'],
    upgrade: [proven === 1 ? 'older state becomes equal' : 'older states become equal', ''],
    rerun: ['may run twice', ''],
    killed: ['may be killed anywhere', 'likewise, but for what is other each time'],
    verify: ['hold', 'without VERIFY'],
  };
  const [yes, no] = words[name] ?? ['ok', ''];
  return [...(proven > 0 ? [`${proven} ${yes}`] : []), ...(without > 0 ? [`${without} ${no}`] : [])];
}
