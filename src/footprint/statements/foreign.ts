import { stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { markFunctionRead } from '../calls.ts';
import { markExtension } from '../extensions.ts';
import type { Marks } from '../marks.ts';
import { globalPath, memberPath, schemaPath } from '../paths.ts';
import { readRole } from './roles.ts';
import { markTable } from './tables.ts';

/** CREATE FOREIGN TABLE */
export function markForeignTable(marks: Marks, { base, servername }: Fields<'CreateForeignTableStmt'>): void {
  if (servername) marks.reads(globalPath('server', servername));
  if (base) markTable(marks, base);
}

/** CREATE FOREIGN DATA WRAPPER */
export function markWrapper(marks: Marks, { fdwname = '', func_options }: Fields<'CreateFdwStmt'>): void {
  markWrapperFunctions(marks, func_options);
  marks.creates(globalPath(WRAPPER, fdwname));
}

/** ALTER FOREIGN DATA WRAPPER */
export function markAlterWrapper(marks: Marks, { fdwname = '', func_options }: Fields<'AlterFdwStmt'>): void {
  markWrapperFunctions(marks, func_options);
  marks.changes(globalPath(WRAPPER, fdwname));
}

const WRAPPER = 'foreign-data wrapper';

/** HANDLER, VALIDATOR */
function markWrapperFunctions(marks: Marks, options: readonly Node[] | undefined): void {
  for (const { arg } of all('DefElem', options)) {
    const [name, schema] = stringsOf(as('List', arg)?.items).reverse();
    if (name !== undefined) markFunctionRead(marks, schema === undefined ? { name } : { schema, name });
  }
}

/** CREATE SERVER. Its wrapper may come with an extension. */
export function markServer(marks: Marks, { servername = '', fdwname = '' }: Fields<'CreateForeignServerStmt'>): void {
  marks.reads(globalPath(WRAPPER, fdwname));
  markExtension(marks, fdwname);
  marks.creates(globalPath('server', servername));
}

type Mapping = Pick<Fields<'AlterUserMappingStmt'>, 'servername' | 'user'>;

function mappingPath({ servername = '', user }: Mapping) {
  return memberPath(globalPath('server', servername), 'user mappings', user?.rolename ?? 'public');
}

/** CREATE USER MAPPING */
export function markUserMapping(marks: Marks, statement: Fields<'CreateUserMappingStmt'>): void {
  const { servername = '', user, if_not_exists: ifNotExists } = statement;
  readRole(marks, user);
  marks.reads(globalPath('server', servername));
  marks.createsUnlessMade(mappingPath(statement), ifNotExists === true);
}

/** ALTER USER MAPPING */
export function markAlterUserMapping(marks: Marks, statement: Mapping): void {
  marks.changes(mappingPath(statement));
}

/** DROP USER MAPPING */
export function markDropUserMapping(marks: Marks, statement: Mapping): void {
  marks.drops(mappingPath(statement));
}

/** IMPORT FOREIGN SCHEMA */
export function markImport(
  marks: Marks,
  { server_name: server = '', local_schema: schema = '' }: Fields<'ImportForeignSchemaStmt'>,
): void {
  marks.reads(globalPath('server', server));
  marks.reads(schemaPath(schema));
}
