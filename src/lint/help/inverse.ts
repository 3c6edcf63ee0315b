import type { CreateFunctionStmt, GrantStmt, IndexStmt, RenameStmt } from '@pgsql/types';
import { displayIdentifier, quoteLiteral } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Node } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { inverseOfAlter } from './inverse-alter.ts';
import { kindWords } from './object-kinds.ts';
import { objectName } from './object-names.ts';
import { shown } from './shown.ts';
import { wordsOf } from './tokens.ts';
import { typeNameText } from './type-name.ts';

/** Statements that undo one; undefined where its text does not tell them. */
export type Inverse = readonly string[] | undefined;

/** What undoes a statement, as far as that can be read from it and from what is known before it. */
export function inverseOf(subject: Subject): Inverse {
  const { tree } = subject;
  if (!tree) return undefined;
  for (const read of READINGS) {
    const found = read(tree.node, subject);
    if (found !== 'another') return found;
  }
  return undefined;
}

type Reading = (node: Node, subject: Subject) => Inverse | 'another';

const READINGS: readonly Reading[] = [
  ofTable,
  ofView,
  (node) => ofIndex(as('IndexStmt', node)),
  ofPlainObject,
  (node) => ofFunction(as('CreateFunctionStmt', node)),
  ofPartOfTable,
  (node, subject) => (as('AlterTableStmt', node) ? inverseOfAlter(subject) : 'another'),
  ofRename,
  ofSchemaChange,
  ofGrant,
];

function drop(kind: string, name: QualifiedName | undefined): Inverse {
  return name && [`DROP ${kind} ${shown(name)}`];
}

function ofTable(node: Node, { known }: Subject): Inverse | 'another' {
  const stmt = as('CreateStmt', node);
  const name = relationName(stmt?.relation);
  if (!stmt || !name) return 'another';
  return stmt.if_not_exists && known.table(name) ? [] : drop('TABLE', name);
}

/** A view that takes the place of another one: what that was, its statement does not say. */
function ofView(node: Node, { known }: Subject): Inverse | 'another' {
  const view = as('ViewStmt', node);
  if (view)
    return view.replace && known.table(relationName(view.view)) ? undefined : drop('VIEW', relationName(view.view));
  const made = as('CreateTableAsStmt', node);
  if (!made) return 'another';
  return drop(made.objtype === 'OBJECT_MATVIEW' ? 'MATERIALIZED VIEW' : 'TABLE', relationName(made.into?.rel));
}

function ofIndex(stmt: IndexStmt | undefined): Inverse | 'another' {
  if (!stmt) return 'another';
  const schema = stmt.relation?.schemaname;
  if (!stmt.idxname) return undefined;
  return drop(stmt.concurrent ? 'INDEX CONCURRENTLY' : 'INDEX', { ...(schema ? { schema } : {}), name: stmt.idxname });
}

function ofPlainObject(node: Node): Inverse | 'another' {
  const type = as('CreateEnumStmt', node)?.typeName ?? as('CreateRangeStmt', node)?.typeName;
  if (type) return drop('TYPE', nameOf(type));
  const composite = as('CompositeTypeStmt', node);
  if (composite) return drop('TYPE', relationName(composite.typevar));
  const domain = as('CreateDomainStmt', node);
  if (domain) return drop('DOMAIN', nameOf(domain.domainname));
  const sequence = as('CreateSeqStmt', node);
  if (sequence) return sequence.if_not_exists ? undefined : drop('SEQUENCE', relationName(sequence.sequence));
  const schema = as('CreateSchemaStmt', node);
  if (schema)
    return schema.if_not_exists || !schema.schemaname ? undefined : drop('SCHEMA', { name: schema.schemaname });
  const extension = as('CreateExtensionStmt', node);
  if (extension) return extension.if_not_exists ? undefined : drop('EXTENSION', { name: extension.extname ?? '' });
  const statistics = as('CreateStatsStmt', node);
  return statistics ? drop('STATISTICS', nameOf(statistics.defnames)) : 'another';
}

const GIVEN_MODES = ['FUNC_PARAM_IN', 'FUNC_PARAM_INOUT', 'FUNC_PARAM_VARIADIC', 'FUNC_PARAM_DEFAULT'];

function ofFunction(stmt: CreateFunctionStmt | undefined): Inverse | 'another' {
  if (!stmt) return 'another';
  const name = nameOf(stmt.funcname);
  if (stmt.replace || !name) return undefined;
  const given = all('FunctionParameter', stmt.parameters).filter(({ mode = '' }) => GIVEN_MODES.includes(mode));
  const types = given.map(({ argType }) => (argType ? typeNameText(argType) : ''));
  return [`DROP ${stmt.is_procedure ? 'PROCEDURE' : 'FUNCTION'} ${shown(name)}(${types.join(', ')})`];
}

function ofPartOfTable(node: Node): Inverse | 'another' {
  const trigger = as('CreateTrigStmt', node);
  if (trigger)
    return trigger.replace ? undefined : dropPart('TRIGGER', trigger.trigname, relationName(trigger.relation));
  const policy = as('CreatePolicyStmt', node);
  if (policy) return dropPart('POLICY', policy.policy_name, relationName(policy.table));
  const rewrite = as('RuleStmt', node);
  if (rewrite) return rewrite.replace ? undefined : dropPart('RULE', rewrite.rulename, relationName(rewrite.relation));
  return 'another';
}

function dropPart(kind: string, name: string | undefined, table: QualifiedName | undefined): Inverse {
  return name && table ? [`DROP ${kind} ${displayIdentifier(name)} ON ${shown(table)}`] : undefined;
}

function ofRename(node: Node): Inverse | 'another' {
  const label = as('AlterEnumStmt', node);
  const type = nameOf(label?.typeName);
  if (label?.oldVal && type) {
    const [from, to] = [quoteLiteral(label.newVal ?? ''), quoteLiteral(label.oldVal)];
    return [`ALTER TYPE ${shown(type)} RENAME VALUE ${from} TO ${to}`];
  }
  const stmt = as('RenameStmt', node);
  return stmt ? renamedBack(stmt) : 'another';
}

function renamedBack({ renameType, relationType, relation, object, subname, newname = '' }: RenameStmt): Inverse {
  const table = relationName(relation);
  const from = displayIdentifier(newname);
  if (table && subname && renameType === 'OBJECT_COLUMN') {
    return [
      `ALTER ${kindWords(relationType) ?? 'TABLE'} ${shown(table)} RENAME COLUMN ${from} TO ${displayIdentifier(subname)}`,
    ];
  }
  if (table && subname && renameType === 'OBJECT_TABCONSTRAINT') {
    return [`ALTER TABLE ${shown(table)} RENAME CONSTRAINT ${from} TO ${displayIdentifier(subname)}`];
  }
  const name = table ?? objectName(object) ?? (subname ? { name: subname } : undefined);
  const kind = kindWords(renameType);
  if (!name || !kind || as('ObjectWithArgs', object)) return undefined;
  return [`ALTER ${kind} ${shown({ ...name, name: newname })} RENAME TO ${displayIdentifier(name.name)}`];
}

function ofSchemaChange(node: Node, { known }: Subject): Inverse | 'another' {
  const stmt = as('AlterObjectSchemaStmt', node);
  if (!stmt) return 'another';
  const name = relationName(stmt.relation);
  const kind = kindWords(stmt.objectType);
  if (!name || !kind || !stmt.newschema) return undefined;
  const back = displayIdentifier(known.resolve(name).schema);
  return [`ALTER ${kind} ${shown({ schema: stmt.newschema, name: name.name })} SET SCHEMA ${back}`];
}

/** The same words with REVOKE ... FROM. */
function ofGrant(node: Node, { statement }: Subject): Inverse | 'another' {
  const stmt: GrantStmt | undefined = as('GrantStmt', node);
  if (!stmt) return 'another';
  const words = wordsOf(statement.sql);
  const [first] = words;
  const to = words.find(({ word, depth }) => word === 'TO' && depth === 0);
  if (!stmt.is_grant || stmt.grant_option || stmt.grantor || !first || !to) return undefined;
  return [`REVOKE${statement.sql.slice(first.end, to.start)}FROM${statement.sql.slice(to.end)}`];
}
