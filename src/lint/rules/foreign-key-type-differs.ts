import type { KnownColumn, KnownTable, KnownType } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint } from '../finding.ts';
import { type WrittenForeignKey, writtenForeignKeys } from '../help/foreign-keys.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'foreign-key-type-differs',
  topic: 'design',
  summary: 'A foreign key and the key it refers to have different types',
  severity: 'warning',
  weighed: false,
  on: ['CreateStmt', 'AlterTableStmt'],
  *file(file) {
    for (const subject of file.body) {
      for (const key of writtenForeignKeys(subject)) yield* complaints(subject, key, file);
    }
  },
};

function* complaints(subject: Subject, key: WrittenForeignKey, { after }: FileSubject): Generator<FileComplaint> {
  const [table, referenced] = [after.table(key.table), after.table(key.referenced)];
  const wanted = key.referencedColumns.length > 0 ? key.referencedColumns : primaryKey(referenced);
  for (const [i, name] of key.columns.entries()) {
    const [column, other] = [table?.columns.get(name), referenced?.columns.get(wanted[i] ?? '')];
    if (!column?.type || !other?.type || isAlike(column.type, other.type)) continue;
    yield { subject, ...complaint(subject, key, column, other) };
  }
}

function complaint(subject: Subject, key: WrittenForeignKey, column: KnownColumn, other: KnownColumn): Complaint {
  const [own, theirs] = [sqlName(column.type), sqlName(other.type)];
  return {
    offset: subject.tree?.offsetOf(key.location) ?? 0,
    message: `${shownColumn(key.table, column.name)} is ${own}, ${shownColumn(key.referenced, other.name)} is ${theirs}: joins convert one of them, and what fits into one need not fit into the other`,
    why: `Make the column ${theirs} from the beginning: changing it later writes the table anew under ACCESS EXCLUSIVE.`,
    table: subject.known.resolve(key.table),
  };
}

function primaryKey(table: KnownTable | undefined): readonly string[] {
  return [...(table?.constraints.values() ?? [])].find(({ type }) => type === 'primary key')?.columns ?? [];
}

/** text and varchar compare alike, and so do values of one type with other modifiers. */
function isAlike(a: KnownType, b: KnownType): boolean {
  return a.name === b.name || (TEXTS.has(a.name) && TEXTS.has(b.name));
}

const TEXTS = new Set(['text', 'varchar']);

const SQL_NAMES: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  bpchar: 'char',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
};

function sqlName(type: KnownType | undefined): string {
  const name = type?.name ?? '';
  return SQL_NAMES[name] ?? name.split('.').map(displayIdentifier).join('.');
}
