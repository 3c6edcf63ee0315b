import { CHANGES } from './forms/changes.ts';
import { COLUMN_TYPES } from './forms/column-types.ts';
import { COLUMNS } from './forms/columns.ts';
import { CONSTRAINTS } from './forms/constraints.ts';
import { INDEXES } from './forms/indexes.ts';
import { MAINTENANCE } from './forms/maintenance.ts';
import { OBJECTS } from './forms/objects.ts';
import { PARTITIONS } from './forms/partitions.ts';
import { STORAGE } from './forms/storage.ts';
import { TABLES } from './forms/tables.ts';
import { TYPES } from './forms/types.ts';
import type { FormRow } from './row.ts';

const ALL = {
  ...TABLES,
  ...COLUMNS,
  ...COLUMN_TYPES,
  ...CONSTRAINTS,
  ...INDEXES,
  ...PARTITIONS,
  ...STORAGE,
  ...OBJECTS,
  ...TYPES,
  ...MAINTENANCE,
  ...CHANGES,
};

/** The name of a row of the table of facts. */
export type FormId = keyof typeof ALL;

/** The table of facts: what each form of a statement locks, rewrites and reads, by server version. */
export const ROWS: Readonly<Record<FormId, FormRow>> = ALL;

/** The rows as the document groups them. */
export const FAMILIES: readonly { readonly title: string; readonly rows: Readonly<Record<string, FormRow>> }[] = [
  { title: 'Tables', rows: TABLES },
  { title: 'Columns', rows: COLUMNS },
  { title: 'Types of columns', rows: COLUMN_TYPES },
  { title: 'Constraints', rows: CONSTRAINTS },
  { title: 'Indexes', rows: INDEXES },
  { title: 'Partitions', rows: PARTITIONS },
  { title: 'Storage and options', rows: STORAGE },
  { title: 'Views, triggers, policies, functions, privileges', rows: OBJECTS },
  { title: 'Types and sequences', rows: TYPES },
  { title: 'Maintenance', rows: MAINTENANCE },
  { title: 'Rows', rows: CHANGES },
];
