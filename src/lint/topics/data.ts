import type { Rule } from '../rule.ts';
import { rule as batchLoopInOneTransaction } from '../rules/batch-loop-in-one-transaction.ts';
import { rule as batchLoopWithoutCursor } from '../rules/batch-loop-without-cursor.ts';
import { rule as dataChangeBesideSchemaChange } from '../rules/data-change-beside-schema-change.ts';
import { rule as deleteUnbatched } from '../rules/delete-unbatched.ts';
import { rule as deleteWithoutWhere } from '../rules/delete-without-where.ts';
import { rule as insertSelectUnbatched } from '../rules/insert-select-unbatched.ts';
import { rule as updateUnbatched } from '../rules/update-unbatched.ts';
import { rule as updateWithoutWhere } from '../rules/update-without-where.ts';

/** The rules of topic `data`, in the order of their list. */
export const DATA_RULES: readonly Rule[] = [
  updateWithoutWhere,
  deleteWithoutWhere,
  updateUnbatched,
  deleteUnbatched,
  batchLoopWithoutCursor,
  batchLoopInOneTransaction,
  insertSelectUnbatched,
  dataChangeBesideSchemaChange,
];
