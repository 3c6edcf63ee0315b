import { as, type Fields, type Node, type NodeType, type SyntaxTree, typeOf } from '../syntax/tree.ts';
import { Draft } from './draft.ts';
import { learnAlterTable } from './learn/alter-table.ts';
import { learnTable } from './learn/create-table.ts';
import { learnDrop } from './learn/drop.ts';
import { type Learning, learnIndex } from './learn/indexes.ts';
import {
  learnAlterFunction,
  learnAlterSequence,
  learnFunction,
  learnPolicy,
  learnSequence,
  learnSet,
  learnSetConfig,
} from './learn/others.ts';
import { learnRename, learnSetSchema } from './learn/rename.ts';
import {
  learnAlterDomain,
  learnComposite,
  learnDomain,
  learnEnum,
  learnEnumValue,
  learnOtherType,
} from './learn/types.ts';
import { learnSelectInto, learnTableAs, learnView } from './learn/views.ts';
import { KnownSchema } from './schema.ts';
import type { Made } from './table.ts';

/**
 * What is known behind a statement that has run without an error. What was known before it stays as it was and can be kept;
 * both share what the statement has not changed. A statement that changes nothing here gives the same value back.
 */
export function learn(known: KnownSchema, { node }: Pick<SyntaxTree, 'node'>, made: Made | undefined): KnownSchema {
  if (!(typeOf(node) in LEARNERS)) return known;
  const draft = new Draft(known);
  learnNode({ draft, made }, node);
  return draft.finished();
}

/** A file begins with the search_path of its session, whatever the one before it has set. */
export function atFileStart(known: KnownSchema, path: readonly string[] = ['public']): KnownSchema {
  const { contents } = known;
  return contents.path.join('\0') === path.join('\0') ? known : new KnownSchema({ ...contents, path });
}

type Learners = { readonly [Type in NodeType]?: (at: Learning, fields: Fields<Type>) => void };

const LEARNERS: Learners = {
  CreateStmt: learnTable,
  CreateForeignTableStmt: (at, { base }) => base && learnTable(at, base, 'foreign table'),
  CreateTableAsStmt: learnTableAs,
  ViewStmt: learnView,
  SelectStmt: (at, select) => (select.intoClause ? learnSelectInto(at, select) : learnSetConfig(at, select)),
  AlterTableStmt: learnAlterTable,
  IndexStmt: learnIndex,
  DropStmt: learnDrop,
  RenameStmt: learnRename,
  AlterObjectSchemaStmt: learnSetSchema,
  CreateEnumStmt: learnEnum,
  AlterEnumStmt: learnEnumValue,
  CompositeTypeStmt: learnComposite,
  CreateRangeStmt: (at, { typeName }) => learnOtherType(at, typeName),
  DefineStmt: (at, { kind, defnames }) => kind === 'OBJECT_TYPE' && learnOtherType(at, defnames),
  CreateDomainStmt: learnDomain,
  AlterDomainStmt: learnAlterDomain,
  CreateSeqStmt: learnSequence,
  AlterSeqStmt: learnAlterSequence,
  CreatePolicyStmt: learnPolicy,
  CreateFunctionStmt: learnFunction,
  AlterFunctionStmt: learnAlterFunction,
  VariableSetStmt: learnSet,
  CreateSchemaStmt: learnSchema,
};

function learnNode(at: Learning, node: Node): void {
  const type = typeOf(node);
  (LEARNERS[type] as ((at: Learning, fields: unknown) => void) | undefined)?.(at, as(type, node));
}

/** CREATE SCHEMA with what stands in it: unqualified names are that schema's. */
function learnSchema(at: Learning, { schemaname, schemaElts, authrole }: Fields<'CreateSchemaStmt'>): void {
  const { path } = at.draft.contents;
  const schema = schemaname ?? authrole?.rolename;
  if (!schemaElts || schema === undefined) return;
  at.draft.setPath([schema, ...path]);
  for (const node of schemaElts) learnNode(at, node);
  at.draft.setPath(path);
}
