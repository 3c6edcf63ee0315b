import { all, as, type Node } from '../../syntax/tree.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'prefer-robust-statements',
  topic: 'design',
  summary: 'A statement that fails when it is run a second time, for want of IF [NOT] EXISTS or OR REPLACE',
  severity: 'off',
  weighed: false,
  aliases: ['squawk:prefer-robust-stmts'],
  *statement({ tree }) {
    const wanted = tree && missing(tree.node);
    if (!wanted) return;
    yield {
      message: `this fails when it is run a second time; ${wanted} would let it pass`,
      why: 'The tool records what it has run, and what fails in a transaction leaves nothing. This is for files that are also run by hand.',
    };
  },
};

function missing(node: Node): 'IF NOT EXISTS' | 'IF EXISTS' | 'OR REPLACE' | undefined {
  if (lacksIfNotExists(node)) return 'IF NOT EXISTS';
  if (as('DropStmt', node)?.missing_ok !== true && as('DropStmt', node)) return 'IF EXISTS';
  if (as('ViewStmt', node)?.replace !== true && as('ViewStmt', node)) return 'OR REPLACE';
  if (as('CreateFunctionStmt', node)?.replace !== true && as('CreateFunctionStmt', node)) return 'OR REPLACE';
  return ofAlterTable(node);
}

function lacksIfNotExists(node: Node): boolean {
  const index = as('IndexStmt', node);
  // What CONCURRENTLY leaves when it fails is there, and invalid: IF NOT EXISTS would take it for done.
  if (index?.concurrent) return false;
  const made =
    index ??
    as('CreateStmt', node) ??
    as('CreateSchemaStmt', node) ??
    as('CreateSeqStmt', node) ??
    as('CreateTableAsStmt', node) ??
    as('CreateExtensionStmt', node);
  if (made) return made.if_not_exists !== true;
  const enumeration = as('AlterEnumStmt', node);
  return enumeration !== undefined && !enumeration.oldVal && enumeration.skipIfNewValExists !== true;
}

function ofAlterTable(node: Node): 'IF NOT EXISTS' | 'IF EXISTS' | undefined {
  const lacking = all('AlterTableCmd', as('AlterTableStmt', node)?.cmds).filter(
    ({ missing_ok }) => missing_ok !== true,
  );
  if (lacking.some(({ subtype }) => subtype === 'AT_AddColumn')) return 'IF NOT EXISTS';
  const drops = ['AT_DropColumn', 'AT_DropConstraint'];
  return lacking.some(({ subtype }) => drops.includes(subtype ?? '')) ? 'IF EXISTS' : undefined;
}
