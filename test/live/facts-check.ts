/** Compares what a statement did with its row in the table of facts. */
import { effectOn, FORMS, type Form, type FormId, type FormSample, type LockMode } from '../../src/facts/form.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { type StatementLock, type WholeEffect, wholeEffect } from '../../src/facts/whole.ts';
import type { ParseStatement } from '../../src/syntax/tree.ts';
import { isTree } from '../../src/syntax/tree.ts';
import { bedKnown } from '../facts/bed.ts';
import { type Measured, strength } from './facts-bed.ts';

export interface SampleOfForm {
  readonly form: Form;
  readonly sample: FormSample;
  /** It refuses a transaction. */
  readonly isHeld: boolean;
}

/** All that a server of that version takes. */
export function samplesOn(major: number): SampleOfForm[] {
  return FORMS.flatMap((form) => {
    const isHeld = !effectOn(form, major).transactional;
    const samples = form.samples.filter(({ since = form.since ?? 0 }) => since <= major);
    return samples.map((sample) => ({ form, sample, isHeld }));
  });
}

/** Everything in which they differ, a line each. An error is one. */
export function differences(
  parse: ParseStatement,
  form: Form,
  sql: string,
  major: number,
  measured: Measured | string,
): string[] {
  if (typeof measured === 'string') return [measured];
  const tree = parse(sql);
  if (!isTree(tree)) return [`not understood: ${tree.message}`];
  const known = bedKnown(major);
  const uses = usesOf(tree, known, major);
  const ids = uses.map((use) => use.form.id).join();
  if (ids !== form.id) return [`recognised as ${ids}`];
  const said = wholeEffect(uses, major, known);
  const { rewrite } = effectOn(form, major);
  return [
    ...lockDifferences(said.locks, measured),
    ...(rewrite === measured.rewrite ? [] : [`rewrites ${measured.rewrite}, said ${rewrite}`]),
    ...scanDifferences(form, said, measured),
  ];
}

function lockDifferences(said: readonly StatementLock[], measured: Measured): string[] {
  const left = new Map(measured.locks);
  const named = said.filter(({ relation }) => relation !== undefined);
  const wrong = named.flatMap(({ relation, role, mode }) => {
    const found = left.get(relation!.name);
    left.delete(relation!.name);
    return found === mode ? [] : [`${role} ${relation!.name}: ${found}, said ${mode}`];
  });
  const unnamed = said.filter(({ relation }) => relation === undefined);
  const missing = unnamed.filter(({ mode }) => !take(left, mode)).map(({ role, mode }) => `no ${role} with ${mode}`);
  return [...wrong, ...missing, ...unsaid(left, measured)];
}

/** All that are left in that mode are taken to have the role that cannot be named. */
function take(left: Map<string, string>, mode: string): boolean {
  const names = [...left].filter(([, found]) => found === mode).map(([name]) => name);
  for (const name of names) left.delete(name);
  return names.length > 0;
}

/** What nobody notices need not be said: reading a relation, and using an index. */
function unsaid(left: Measured['locks'], measured: Measured): string[] {
  return [...left].flatMap(([name, mode]) => {
    const isIndex = measured.indexes.has(name);
    if (isIndex && isOfOneLocked(name, mode, measured.locks)) return [];
    const harmless = isIndex ? 'RowExclusiveLock' : 'AccessShareLock';
    return strength(mode) > strength(harmless) ? [`${name}: ${mode}, not said`] : [];
  });
}

/** An index of a table (its name begins with that one's) that is dropped, which nobody can be using. */
function isOfOneLocked(index: string, mode: LockMode, locks: Measured['locks']): boolean {
  return [...locks].some(([table, held]) => held === mode && index.startsWith(`${table}_`));
}

/** Where the other table is read by its index or from end to end as the planner likes. */
const CHANGES: readonly FormId[] = ['insert', 'update', 'delete', 'merge'];

/** They read blocks, which the server does not count as a scan. */
const BY_BLOCKS: readonly FormId[] = ['vacuum'];

function scanDifferences({ id }: Form, said: WholeEffect, { scanned }: Measured): string[] {
  if (BY_BLOCKS.includes(id)) return [];
  const target = said.locks.find(({ role }) => role === 'target')?.relation?.name;
  const counted = CHANGES.includes(id) ? scanned.filter((name) => name === target) : scanned;
  return counted.length > 0 === said.scan ? [] : [`reads ${counted.join() || 'nothing'}, said ${said.scan}`];
}
