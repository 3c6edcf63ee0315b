import type { FormUse } from '../../facts/form.ts';
import { effectOn, LOCK_MODES, type LockMode } from '../../facts/form.ts';
import type { KnownTable, RelationName } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Subject } from '../rule.ts';
import { othersOf } from './uses.ts';

/** The first of these relations that others can be using. */
export function firstInUse(subject: Subject, names: readonly QualifiedName[]): RelationName | undefined {
  const name = names.find((one) => isInUse(subject, one));
  return name && subject.known.resolve(name);
}

/** Nobody made it in the set that is judged. */
export function isInUse(subject: Subject, name: QualifiedName): boolean {
  return !subject.isNew(tableAt(subject, name));
}

/** A table, or that of an index. */
function tableAt({ known }: Subject, name: QualifiedName): KnownTable | undefined {
  return known.table(name) ?? known.index(name)?.table;
}

/** Tables that a use locks at least as strongly as `least`, as far as they are named, without those that nobody can be using. */
export function lockedBy(subject: Subject, use: FormUse, least: LockMode): RelationName[] {
  const { lock, others } = effectOn(use.form, subject.options.serverMajor);
  const names = lock && use.target && isStrong(lock, least) ? [use.target] : [];
  for (const { on, mode } of others)
    if (on !== 'indexes' && on !== 'sequence' && isStrong(mode, least)) names.push(...othersOf(use, on));
  const tables = names.filter((name) => isInUse(subject, name) && !isIndex(subject, name));
  return tables.map((name) => subject.known.table(name)?.name ?? subject.known.resolve(name));
}

/** What locks an index locks its table as well, by a role of its own. */
function isIndex({ known }: Subject, name: QualifiedName): boolean {
  return known.table(name) === undefined && known.index(name) !== undefined;
}

function isStrong(mode: LockMode, least: LockMode): boolean {
  return LOCK_MODES.indexOf(mode) >= LOCK_MODES.indexOf(least);
}

/** To look a table up by. No name holds a NUL. */
export function tableKey({ schema, name }: RelationName): string {
  return `${schema}\0${name}`;
}

export function isSameTable(one: RelationName, other: RelationName): boolean {
  return one.schema === other.schema && one.name === other.name;
}

/** As the user would write it: without the schema that is meant anyway. */
export function shortName({ known }: Pick<Subject, 'known'>, written: QualifiedName): QualifiedName {
  return written.schema === known.defaultSchema ? { name: written.name } : written;
}
