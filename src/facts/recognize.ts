import type { Known } from '../known/known.ts';
import { nameOf, relationName } from '../syntax/names.ts';
import { all, type Fields, type NodeType, type SyntaxTree, typeOf } from '../syntax/tree.ts';
import type { FormUse } from './form.ts';
import { alterTableUses } from './recognize/alter-table.ts';
import { changeUses, copyUses, selectUses } from './recognize/changes.ts';
import { createAsUses, createTableUses, viewUses } from './recognize/create.ts';
import { dropUses } from './recognize/drop.ts';
import { createIndexUses, reindexUses } from './recognize/indexes.ts';
import { clusterUses, refreshUses, truncateUses, vacuumUses } from './recognize/maintenance.ts';
import { commentUses, grantUses, lockUses, ofTable, publicationUses } from './recognize/objects.ts';
import { renameUses, setSchemaUses } from './recognize/rename.ts';
import { domainUses, enumUses } from './recognize/types.ts';
import { type Context, use } from './recognize/use.ts';

/**
 * Which forms a statement consists of on a server of that major version, in the order of its parts: an ALTER TABLE with several
 * commands is several. None: it locks nothing that others use, or it is not in the table of facts.
 */
export function usesOf(tree: SyntaxTree, known: Known, serverMajor: number): FormUse[] {
  const context: Context = { known, serverMajor, offsetOf: tree.offsetOf };
  const type = typeOf(tree.node);
  const fields = Object.values(tree.node)[0];
  return READERS[type]?.(context, fields as never) ?? [];
}

type Readers = { readonly [Type in NodeType]?: (context: Context, statement: Fields<Type>) => FormUse[] };

const READERS: Readers = {
  CreateStmt: createTableUses,
  CreateTableAsStmt: createAsUses,
  ViewStmt: viewUses,
  IndexStmt: createIndexUses,
  AlterTableStmt: alterTableUses,
  RenameStmt: renameUses,
  AlterObjectSchemaStmt: setSchemaUses,
  DropStmt: dropUses,
  ReindexStmt: reindexUses,
  ClusterStmt: clusterUses,
  VacuumStmt: vacuumUses,
  RefreshMatViewStmt: refreshUses,
  TruncateStmt: truncateUses,
  LockStmt: lockUses,
  CommentStmt: commentUses,
  GrantStmt: grantUses,
  AlterDefaultPrivilegesStmt: (context) => [use(context, 'default-privileges', undefined)],
  CreateExtensionStmt: (context, { extname }) => [use(context, 'create-extension', undefined, { part: extname })],
  CreateFunctionStmt: (context, { funcname }) => [
    use(context, 'create-function', undefined, { part: nameOf(funcname)?.name }),
  ],
  CreateTrigStmt: (context, { relation, trigname }) => ofTable(context, 'create-trigger', relation, trigname),
  CreatePolicyStmt: (context, { table, policy_name }) => ofTable(context, 'create-policy', table, policy_name),
  AlterPolicyStmt: (context, { table, policy_name }) => ofTable(context, 'alter-policy', table, policy_name),
  RuleStmt: (context, { relation, rulename }) => ofTable(context, 'create-rule', relation, rulename),
  CreateStatsStmt: (context, { relations, defnames }) =>
    all('RangeVar', relations).flatMap((relation) =>
      ofTable(context, 'create-statistics', relation, nameOf(defnames)?.name),
    ),
  CreatePublicationStmt: (context, { pubobjects, pubname }) => publicationUses(context, pubobjects, pubname),
  AlterPublicationStmt: (context, { pubobjects, pubname }) => publicationUses(context, pubobjects, pubname),
  AlterEnumStmt: enumUses,
  AlterDomainStmt: domainUses,
  CreateSeqStmt: (context, { sequence }) => [
    use(context, 'create-sequence', relationName(sequence), { location: sequence?.location }),
  ],
  AlterSeqStmt: (context, { sequence }) => [
    use(context, 'alter-sequence', relationName(sequence), { location: sequence?.location }),
  ],
  InsertStmt: (context, statement) => changeUses(context, 'insert', statement),
  UpdateStmt: (context, statement) => changeUses(context, 'update', statement),
  DeleteStmt: (context, statement) => changeUses(context, 'delete', statement),
  MergeStmt: (context, statement) => changeUses(context, 'merge', statement),
  SelectStmt: selectUses,
  CopyStmt: copyUses,
};
