import type { Form } from './form.ts';
import { OTHERS } from './others.ts';
import { QUERIES } from './queries.ts';
import { ROLES } from './roles.ts';
import { ROUTINES } from './routines.ts';
import { ROWS } from './rows.ts';
import { TABLES } from './tables.ts';
import { TYPES } from './types.ts';

/** All forms, by what they are about. */
export const FORMS: Readonly<Record<string, readonly Form[]>> = {
  queries: QUERIES,
  rows: ROWS,
  routines: ROUTINES,
  tables: TABLES,
  types: TYPES,
  'other objects': OTHERS,
  roles: ROLES,
};
