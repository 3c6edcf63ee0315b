import { isFault } from '../../lint/fault.ts';
import type { Finding } from '../../lint/finding.ts';
import { count, formatBytes } from '../../problem/quantity.ts';
import { visibleLine } from '../visible.ts';

/** `ACCESS EXCLUSIVE on orders (12 million rows, 4 GB): blocks reads and writes; rewrites the table`; undefined where nothing is known of it. */
export function effectText(finding: Finding): string | undefined {
  const lock = lockText(finding);
  const does = [
    ...(finding.blocks === null ? [] : [`blocks ${finding.blocks}`]),
    ...(finding.rewrite ? ['rewrites the table'] : []),
    ...(finding.scan ? ['reads every row'] : []),
  ].join('; ');
  const text = [lock, does].filter((part) => part !== '').join(': ');
  return text === '' ? undefined : visibleLine(text);
}

function lockText({ lock, relation, rows, bytes }: Finding): string {
  const size = sizeText(rows, bytes);
  const of = relation === null ? '' : `${relation}${size === '' ? '' : ` (${size})`}`;
  if (lock === null) return of;
  return of === '' ? lock : `${lock} on ${of}`;
}

/** `about 12 million rows, 4 GB`; '' where nothing is known. The pages of a table that was never analyzed are not known either. */
function sizeText(rows: number | null, bytes: number | null): string {
  if (rows === null) return '';
  return [`about ${rowsText(rows)}`, ...(bytes === null ? [] : [formatBytes(bytes)])].join(', ');
}

const LARGE = [
  [1e9, 'billion'],
  [1e6, 'million'],
] as const;

/** Estimates are not told to the last row: `12.3 million rows`, `4,200 rows`. */
function rowsText(rows: number): string {
  const [unit, word] = LARGE.find(([size]) => rows >= 0.95 * size) ?? [1, ''];
  if (unit === 1) return count(rows, 'row').replace(/^\d+/, (digits) => Number(digits).toLocaleString('en-US'));
  const amount = rows / unit;
  return `${amount.toFixed(amount < 9.95 ? 1 : 0).replace(/\.0$/, '')} ${word} rows`;
}

/** How a finding is accepted on record; undefined for what keeps a file from being judged. */
export function allowLine(finding: Finding): string | undefined {
  return isFault(finding) ? undefined : `-- Allow: ${finding.rule} REASON`;
}
