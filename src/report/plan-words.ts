import type { TimeClass } from '../forecast/time-class.ts';
import type { Finding } from '../lint/finding.ts';
import { count, formatBytes } from '../problem/quantity.ts';
import type { Style } from './style.ts';

/** Where a plan is shown. */
export interface PlanPage {
  readonly width: number;
  readonly style: Style;
  /** Every statement and lock, not only those that somebody notices. */
  readonly verbose: boolean;
}

/** A name without its schema where that is `public`. */
export function shortName(relation: string): string {
  return relation.replace(/^public\./, '');
}

/** `200,000 rows, 55 MB`; of an index, and where nobody has counted them, without rows. */
export function sizeText({ rows, bytes }: { readonly rows: number | null; readonly bytes: number | null }): string {
  if (bytes === null) return 'size not known';
  const counted = rows === null ? '' : `${Math.round(rows).toLocaleString('en')} rows, `;
  return `${counted}${formatBytes(bytes)}`;
}

/** How long somebody waits, behind the verb: ` for seconds`. */
export function waitText(time: TimeClass): string {
  return time === 'unknown' ? ', how long is not known' : ` for ${time}`;
}

/** `2 errors, 14 warnings` */
export function severities(findings: readonly Pick<Finding, 'severity'>[]): string {
  const words = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const amount = findings.filter((one) => one.severity === severity).length;
    return amount > 0 ? [count(amount, severity)] : [];
  });
  return words.join(', ');
}
