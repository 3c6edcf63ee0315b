import type { Migration, Statement } from '../../migration/migration.ts';
import { lockedRelations } from '../../sql/locked-relations.ts';
import { as, isTree, type ParseStatement, type SyntaxTree } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { FixContext } from './write-fixes.ts';

/**
 * Later steps of a fix come behind every other file. What uses the same table in between, in the file itself or in those of
 * `later`, would meet another state, and so may whatever runs code of which no text tells what it does.
 */
export function whyNotLater(
  uses: UsesOf,
  migration: Migration,
  later: readonly Migration[],
): FixContext['whyNotLater'] {
  return ({ span }) => {
    const tables = uses(migration.statements.find(({ offset }) => offset === span?.start)).names;
    const why = (statement: Statement) => reason(tables, uses(statement));
    for (const statement of migration.statements) {
      const found = statement.offset > (span?.start ?? 0) ? why(statement) : undefined;
      if (found) return `line ${statement.line} ${found}`;
    }
    for (const other of later) {
      for (const statement of other.large?.statements() ?? other.statements) {
        const found = why(statement);
        if (found) return `${other.file}, line ${statement.line}, ${found}`;
      }
    }
    return undefined;
  };
}

interface Uses {
  /** Without their schemas: the search_path may be any. */
  readonly names: ReadonlySet<string>;
  readonly runsCode: boolean;
}

function reason(tables: ReadonlySet<string>, { names, runsCode }: Uses): string | undefined {
  if ([...names].some((name) => tables.has(name))) return 'uses the same table and would run before its later steps';
  return runsCode ? 'runs code that may use the same table, and would run before its later steps' : undefined;
}

type UsesOf = (statement: Statement | undefined) => Uses;

/** Each statement is read once, however many fixes ask. */
export function usesBy(parse: ParseStatement): UsesOf {
  const known = new WeakMap<Statement, Uses>();
  return (statement) => {
    if (!statement) return { names: new Set(), runsCode: true };
    const found = known.get(statement) ?? usesOf(parse, statement.sql);
    known.set(statement, found);
    return found;
  };
}

function usesOf(parse: ParseStatement, sql: string): Uses {
  const names = lockedRelations(sql).map(({ name }) => name);
  const parsed = parse(sql);
  if (!isTree(parsed)) return { names: new Set(names), runsCode: true };
  return { names: new Set([...names, ...namesIn(parsed)]), runsCode: runsCode(parsed) };
}

function namesIn({ node }: SyntaxTree): string[] {
  const relations = relationsIn(node);
  // COMMENT ON COLUMN and ON CONSTRAINT have the table as one name of several.
  const commented = as('CommentStmt', node) ? nodesOf('String', node).flatMap(({ sval }) => sval ?? []) : [];
  return [...relations, ...commented];
}

/** Where the grammar takes nothing but a relation, the tree has it without the name of its type. */
function relationsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  if ('relname' in value && typeof value.relname === 'string') return [value.relname];
  return Object.values(value).flatMap(relationsIn);
}

/** DO, CALL, EXECUTE, and a query that calls a function. */
function runsCode({ node }: SyntaxTree): boolean {
  if (as('DoStmt', node) || as('CallStmt', node) || as('ExecuteStmt', node)) return true;
  return as('SelectStmt', node) !== undefined && nodesOf('FuncCall', node).length > 0;
}
