import type { Change } from '../catalog/compare.ts';
import { locate } from '../migration/locate.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { Location } from '../problem/problem.ts';

/**
 * The SQL of the way back to change: its last statement that speaks of the object, or else of the table that it belongs to;
 * where none does, the statement of the body that speaks of it, as the way back is to undo that.
 */
export function placeInWayBack(migration: Migration, changes: readonly Change[]): Location {
  const back = migration.rollback.kind === 'sql' ? migration.rollback.statements : [];
  const [change] = changes;
  if (change === undefined) return firstOf(migration, back);
  const { own, parents } = namesOf(change);
  const found =
    lastWith(back, own) ?? lastWith(migration.statements, own) ?? lastWith(back, parents) ?? back[0] ?? undefined;
  return found ? locate(migration, found, 0) : firstOf(migration, migration.statements);
}

/** The statement of the body that speaks of the object, or of its table. */
export function placeInBody(migration: Migration, changes: readonly Change[]): Location {
  const [change] = changes;
  if (change === undefined) return firstOf(migration, migration.statements);
  const { own, parents } = namesOf(change);
  const found = lastWith(migration.statements, own) ?? lastWith(migration.statements, parents);
  return found ? locate(migration, found, 0) : firstOf(migration, migration.statements);
}

/** The statement of the body that writes rows of the table, or rewrites it, as far as its text tells. */
export function placeOfRows(migration: Migration, table: string): Location {
  const name = table.slice(table.lastIndexOf('.') + 1).replaceAll('"', '');
  const writers = migration.statements.filter(({ words }) => !DEFINES.has(words[0] ?? ''));
  const found = lastWith(writers, { name, made: 'INTO' }) ?? lastWith(migration.statements, { name, made: 'TABLE' });
  return found ? locate(migration, found, 0) : firstOf(migration, migration.statements);
}

const DEFINES: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'DROP', 'COMMENT', 'GRANT', 'REVOKE']);

/** The VERIFY section. */
export function placeOfVerify(migration: Migration): Location {
  return firstOf(migration, migration.verify);
}

function firstOf(migration: Migration, statements: readonly Statement[]): Location {
  const [first] = statements;
  return first ? locate(migration, first, 0) : { file: migration.file };
}

/** The object's own name, and the names around it from the inside out, but for the schema. */
function namesOf({ type, identity }: Change): Named {
  const within = type === 'function' || type === 'procedure' || type === 'aggregate' ? identity.slice(0, 2) : identity;
  const own = within.at(-1) ?? '';
  const made = type === 'column' || type === 'constraint' ? 'TABLE' : (type.split(' ').at(-1) ?? '').toUpperCase();
  return { own: { name: own, made }, parents: { name: within.at(-2) ?? own, made } };
}

/** A name, and the word of the statements that make and change what has it: for a column, `TABLE`. */
interface Wanted {
  readonly name: string;
  readonly made: string;
}

interface Named {
  readonly own: Wanted;
  readonly parents: Wanted;
}

function lastWith(statements: readonly Statement[], { name, made }: Wanted): Statement | undefined {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'i');
  const found = name === '' ? [] : statements.filter(({ sql }) => pattern.test(sql));
  return found.findLast(({ words }) => words.slice(0, 4).includes(made)) ?? found.at(-1);
}
