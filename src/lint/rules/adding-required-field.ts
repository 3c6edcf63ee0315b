import type { ColumnDef } from '@pgsql/types';
import { nameOf } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { tableCommands } from '../help/drops.ts';
import { partOf } from '../help/part-of.ts';
import { shown } from '../help/shown.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-required-field',
  topic: 'compatibility',
  summary: 'A NOT NULL column without a default is added to a table that has rows and writers',
  severity: 'error',
  weighed: false,
  on: ['AT_AddColumn'],
  aliases: ['squawk:adding-required-field', 'pgfence:add-column-not-null-no-default'],
  *statement(subject) {
    for (const { table, cmd } of tableCommands(subject, 'AT_AddColumn')) {
      const column = as('ColumnDef', cmd.def);
      const known = subject.known.table(table);
      if (!column || !isRequired(column) || subject.isNew(known) || known?.columns.has(column.colname ?? '')) continue;
      yield complaint(subject, shown(table), shownColumn(table, column.colname ?? ''), column.colname);
    }
  },
};

function complaint(subject: Subject, table: string, column: string, part: string | undefined): Complaint {
  return {
    message: `${column} must have a value, and nothing gives one: the statement fails when ${table} has a row (23502), and every INSERT of the running application fails after it`,
    why: 'Add the column without NOT NULL or with a DEFAULT, let all running code write it, fill the rows that are there, and set NOT NULL then (page adding-not-nullable-field).',
    ...partOf(subject, ['add-column'], { part }),
  };
}

const VALUES = ['CONSTR_DEFAULT', 'CONSTR_IDENTITY', 'CONSTR_GENERATED'];
const SERIAL = /^(?:small|big)?serial[248]?$/;

function isRequired({ constraints, typeName }: ColumnDef): boolean {
  const kinds = all('Constraint', constraints).map(({ contype }) => contype ?? '');
  const notNull = kinds.includes('CONSTR_NOTNULL') || kinds.includes('CONSTR_PRIMARY');
  return notNull && !kinds.some((kind) => VALUES.includes(kind)) && !SERIAL.test(nameOf(typeName?.names)?.name ?? '');
}
