import type { StepPlan } from '../../plan/steps.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { PreflightFinding } from '../../report/events.ts';
import { lockedRelations } from '../../sql/locked-relations.ts';
import { createdObjects } from '../../sql/objects.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { findRelations } from '../locks/relations.ts';
import type { Check, Work } from './check.ts';
import { diskRoom } from './disk.ts';
import { baseBackups, invalidIndexes, replicas, slots } from './server.ts';
import { dumps, holders, snapshots } from './sessions.ts';

const CHECKS: readonly Check[] = [dumps, baseBackups, holders, snapshots, replicas, slots, invalidIndexes, diskRoom];

/** Indexes of files that an earlier run has begun: what it left of them is built anew. */
function indexesUnderWay(planned: readonly { readonly plan: StepPlan }[]): string[] {
  const begun = planned.filter(({ plan }) => plan.done !== undefined);
  const statements = begun.flatMap(({ plan }) => plan.steps.flatMap((step) => step.statements));
  const created = statements.flatMap((one) => createdObjects(one.statement.sql));
  return created.filter((one) => one.kind === 'index').map((one) => one.name);
}

/** More are not asked for. */
const RELATIONS_MAX = 500;

/**
 * Looks at the live server before the first statement of a run, in one round trip: what speaks against running now is
 * warned of, and with `--strict` refused.
 */
export async function preflight(
  engine: Engine,
  control: Control,
  planned: readonly { readonly plan: StepPlan }[],
): Promise<void> {
  const findings = await preflightFindings(engine, control, planned);
  if (engine.settings.strict && findings.length > 0) throw refused(findings);
  for (const finding of findings) engine.emit({ kind: 'preflight', finding });
}

/** What speaks against running now. What this role may not see is left out. */
export async function preflightFindings(
  engine: Engine,
  control: Control,
  planned: readonly { readonly plan: StepPlan }[],
): Promise<PreflightFinding[]> {
  if (planned.length === 0) return [];
  const statements = planned.flatMap(({ plan }) => plan.steps.flatMap((step) => step.statements));
  const texts = statements.filter((one) => one.kind.class !== 'query').map((one) => one.statement.sql);
  const names = distinct(texts.flatMap(lockedRelations)).slice(0, RELATIONS_MAX);
  const concurrent = statements.some((one) => one.statement.words.includes('CONCURRENTLY'));
  const indexes = new Set([...indexesUnderWay(planned), ...names.map((one) => one.name)]);
  return look({ engine, control, concurrent, indexes }, names);
}

function distinct(names: readonly QualifiedName[]): QualifiedName[] {
  return [...new Map(names.map((one) => [`${one.schema ?? ''}\0${one.name}`, one])).values()];
}

/** Each check is a segment of its own, so that one that the server refuses takes no other along. */
async function look(work: Work, names: readonly QualifiedName[]): Promise<PreflightFinding[]> {
  const { versionNum } = work.control.server;
  const wanted = CHECKS.filter((one) => versionNum >= (one.versionNum ?? 0));
  const segments = wanted.map((check) => itemsOf(work, check, names));
  const batch = await work.control.session.runBatch(segments);
  return wanted.flatMap((check, i) => {
    const results = batch.results[i] ?? [];
    return results.length === segments[i]!.length ? check.findings(results.at(-1)?.rows ?? [], work) : [];
  });
}

function itemsOf({ engine }: Work, check: Check, names: readonly QualifiedName[]): BatchItem[] {
  const before = check.ofRelations ? findRelations(engine, names) : [];
  return [...before, { sql: check.sql, rows: true }];
}

function refused(findings: readonly PreflightFinding[]): Problem {
  return new Problem(
    'preflight',
    `the live server gives ${count(findings.length, 'warning')}, and --strict was asked for`,
    {
      found: findings.map((one) => one.found).join('\n'),
      state: 'Nothing was run.',
      next: [...new Set(findings.map((one) => one.next)), 'Or run it without --strict.'],
    },
  );
}
