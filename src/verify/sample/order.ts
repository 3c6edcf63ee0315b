import type { SampleForeignKey } from './table.ts';

/**
 * The tables with those whose rows theirs must refer to, each behind its parents. Of tables that refer to each other in a
 * circle, one stands before its parent.
 */
export function parentsFirst(wanted: readonly string[], keys: readonly SampleForeignKey[]): string[] {
  const order = new Set<string>();
  const begun = new Set<string>();
  const known = new Set(wanted);
  const visit = (table: string) => {
    if (begun.has(table)) return;
    begun.add(table);
    const own = keys.filter(({ child, parent, required }) => child === table && (required || known.has(parent)));
    for (const { parent } of [...own].sort((a, b) => Number(b.required) - Number(a.required))) visit(parent);
    order.add(table);
  };
  for (const table of wanted) visit(table);
  return [...order];
}

/** The tables, and those whose rows go or change with theirs. */
export function withDependents(tables: ReadonlySet<string>, keys: readonly SampleForeignKey[]): Set<string> {
  const all = new Set(tables);
  for (const table of all) {
    for (const { child, parent, onDelete } of keys) if (parent === table && 'cnd'.includes(onDelete)) all.add(child);
  }
  return all;
}
