import { locateInHeader } from '../migration/locate.ts';
import type { Migration } from '../migration/migration.ts';
import { editDistance } from '../migration/near.ts';
import type { Finding, Severity } from './finding.ts';
import { FindingPlacer } from './place.ts';
import type { Rule } from './rule.ts';

export const UNUSED_ALLOW = 'unused-allow';

interface Active {
  readonly rule: Rule;
  readonly severity: Severity;
}

/**
 * Marks what the file's `-- Allow: rule reason` lines accept, and adds a finding for each line that accepts nothing: it would go
 * on to hide what nobody has looked at.
 */
export function allowances(
  migration: Migration,
  findings: readonly Finding[],
  active: readonly Active[],
  names: ReadonlyMap<string, readonly string[]>,
): readonly Finding[] {
  if (migration.headers.allow.length === 0) return findings;
  const reasons = new Map(
    migration.headers.allow.flatMap(({ rule, reason }) => (names.get(rule) ?? []).map((id) => [id, reason])),
  );
  const marked = findings.map((one) => (reasons.has(one.rule) ? { ...one, allowed: reasons.get(one.rule)! } : one));
  const found = new Set(findings.map(({ rule }) => rule));
  const ids = new Set(active.map(({ rule }) => rule.id));
  // A squash has the lines of what it stands for, of which some speak of what is gone.
  const isSquash = migration.headers.replaces.length > 0;
  const unused = isSquash ? [] : migration.headers.allow.filter(({ rule }) => isUnused(names.get(rule), ids, found));
  const severity = active.find(({ rule }) => rule.id === UNUSED_ALLOW)?.severity;
  if (!severity) return marked;
  const allowed = reasons.get(UNUSED_ALLOW) ?? null;
  const idle = unused.filter(({ rule }) => rule !== UNUSED_ALLOW || unused.length === 1);
  const added = idle.map(({ rule }) => ({ ...unusedFinding(migration, rule, severity, [...names.keys()]), allowed }));
  return [...added, ...marked];
}

/** An allowance of a rule that is off waits for the day when it is on. */
function isUnused(ids: readonly string[] = [], active: ReadonlySet<string>, found: ReadonlySet<string>): boolean {
  return ids.every((id) => active.has(id) && !found.has(id));
}

const EDITS_MAX = 3;

function unusedFinding(migration: Migration, rule: string, severity: Severity, known: readonly string[]): Finding {
  const where = locateInHeader(migration, 'Allow', rule);
  const meant = known.includes(rule)
    ? undefined
    : known.find((name) => editDistance(name, rule, EDITS_MAX) <= EDITS_MAX);
  const message = known.includes(rule)
    ? `nothing in this file is found by ${rule}, which is allowed here`
    : `there is no rule ${rule}${meant ? `; ${meant} was probably meant` : ''}`;
  const { line = 1, column = 1, lineText = '' } = where;
  const finding = new FindingPlacer(migration).atTop(UNUSED_ALLOW, severity, { message });
  return { ...finding, line, column, lineText, endLine: line, endColumn: column + rule.length };
}
