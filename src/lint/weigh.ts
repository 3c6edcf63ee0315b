import type { KnownTable } from '../known/table.ts';
import { type Complaint, SEVERITIES, type Severity } from './finding.ts';
import type { LintOptions, Rule, Subject } from './rule.ts';

/** The table that decides how bad a complaint is. */
export function tableOf({ table, use }: Complaint, { known }: Subject): KnownTable | undefined {
  const name = table ?? use?.target;
  return known.table(name) ?? known.index(name)?.table;
}

/**
 * How bad a complaint is; undefined where it is none, since nobody can be using the table yet. What stalls a large table is a
 * step worse, what stalls a small one is over before anybody notices.
 */
export function weigh(
  rule: Pick<Rule, 'weighed'>,
  severity: Severity,
  complaint: Complaint,
  subject: Subject,
): Severity | undefined {
  const table = tableOf(complaint, subject);
  if (rule.weighed && subject.isNew(table)) return undefined;
  if (complaint.severity) return complaint.severity;
  return rule.weighed && table ? bySize(severity, table, subject.options) : severity;
}

function bySize(severity: Severity, table: KnownTable, options: LintOptions): Severity {
  const size = sizeClass(table, options);
  if (size === 'small') return 'note';
  return size === 'large' ? (SEVERITIES[Math.max(0, SEVERITIES.indexOf(severity) - 1)] ?? severity) : severity;
}

/** A server measures what it has not counted: then the bytes decide alone. `unknown` also for what lies between the two. */
function sizeClass({ size }: Pick<KnownTable, 'size'>, options: LintOptions): 'small' | 'large' | 'unknown' {
  if (!size) return 'unknown';
  const rows = size.rows ?? 0;
  if (rows >= options.largeRows || size.bytes >= options.largeBytes) return 'large';
  return rows <= options.smallRows && size.bytes <= options.smallBytes ? 'small' : 'unknown';
}
