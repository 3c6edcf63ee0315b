import type { Rule } from '../rule.ts';
import { rule as addingExclusionConstraint } from '../rules/adding-exclusion-constraint.ts';
import { rule as addingFieldWithConstraint } from '../rules/adding-field-with-constraint.ts';
import { rule as addingFieldWithDefault } from '../rules/adding-field-with-default.ts';
import { rule as addingForeignKeyConstraint } from '../rules/adding-foreign-key-constraint.ts';
import { rule as addingGeneratedColumn } from '../rules/adding-generated-column.ts';
import { rule as addingNotNullableField } from '../rules/adding-not-nullable-field.ts';
import { rule as addingPrimaryKeyConstraint } from '../rules/adding-primary-key-constraint.ts';
import { rule as addingSerialField } from '../rules/adding-serial-field.ts';
import { rule as alteringDomainConstraint } from '../rules/altering-domain-constraint.ts';
import { rule as attachingPartitionUnproven } from '../rules/attaching-partition-unproven.ts';
import { rule as changingColumnType } from '../rules/changing-column-type.ts';
import { rule as changingColumnTypeTimeZone } from '../rules/changing-column-type-time-zone.ts';
import { rule as changingGeneratedExpression } from '../rules/changing-generated-expression.ts';
import { rule as changingTableStorage } from '../rules/changing-table-storage.ts';
import { rule as changingTypeUsedByView } from '../rules/changing-type-used-by-view.ts';
import { rule as constraintMissingNotValid } from '../rules/constraint-missing-not-valid.ts';
import { rule as creatingPartitionBesideDefault } from '../rules/creating-partition-beside-default.ts';
import { rule as creatingTrigger } from '../rules/creating-trigger.ts';
import { rule as disallowedUniqueConstraint } from '../rules/disallowed-unique-constraint.ts';
import { rule as droppingForeignKey } from '../rules/dropping-foreign-key.ts';
import { rule as droppingPartition } from '../rules/dropping-partition.ts';
import { rule as enforcingConstraint } from '../rules/enforcing-constraint.ts';
import { rule as indexingPartitionedTable } from '../rules/indexing-partitioned-table.ts';
import { rule as lockOrder } from '../rules/lock-order.ts';
import { rule as lockingTable } from '../rules/locking-table.ts';
import { rule as notValidValidateSameTransaction } from '../rules/not-valid-validate-same-transaction.ts';
import { rule as preferRepack } from '../rules/prefer-repack.ts';
import { rule as requireConcurrentIndexCreation } from '../rules/require-concurrent-index-creation.ts';
import { rule as requireConcurrentIndexDeletion } from '../rules/require-concurrent-index-deletion.ts';
import { rule as requireConcurrentPartitionDetach } from '../rules/require-concurrent-partition-detach.ts';
import { rule as requireConcurrentRefresh } from '../rules/require-concurrent-refresh.ts';
import { rule as requireConcurrentReindex } from '../rules/require-concurrent-reindex.ts';
import { rule as severalAlterTables } from '../rules/several-alter-tables.ts';
import { rule as statementAfterAccessExclusive } from '../rules/statement-after-access-exclusive.ts';
import { rule as truncatingTable } from '../rules/truncating-table.ts';
import { rule as unforeseenLock } from '../rules/unforeseen-lock.ts';

/** The rules of topic `locks`, in the order of their list. */
export const LOCKS_RULES: readonly Rule[] = [
  requireConcurrentIndexCreation,
  requireConcurrentIndexDeletion,
  requireConcurrentReindex,
  indexingPartitionedTable,
  requireConcurrentRefresh,
  addingForeignKeyConstraint,
  constraintMissingNotValid,
  addingNotNullableField,
  disallowedUniqueConstraint,
  addingPrimaryKeyConstraint,
  addingExclusionConstraint,
  enforcingConstraint,
  notValidValidateSameTransaction,
  droppingForeignKey,
  alteringDomainConstraint,
  addingFieldWithDefault,
  addingGeneratedColumn,
  addingSerialField,
  addingFieldWithConstraint,
  changingColumnType,
  changingColumnTypeTimeZone,
  changingTypeUsedByView,
  changingGeneratedExpression,
  attachingPartitionUnproven,
  creatingPartitionBesideDefault,
  requireConcurrentPartitionDetach,
  droppingPartition,
  changingTableStorage,
  preferRepack,
  truncatingTable,
  lockingTable,
  creatingTrigger,
  statementAfterAccessExclusive,
  lockOrder,
  severalAlterTables,
  unforeseenLock,
];
