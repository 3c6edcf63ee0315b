import type { Rule } from '../rule.ts';
import { rule as addingRequiredField } from '../rules/adding-required-field.ts';
import { rule as banCreateDomainWithConstraint } from '../rules/ban-create-domain-with-constraint.ts';
import { rule as banDropColumn } from '../rules/ban-drop-column.ts';
import { rule as banDropDatabase } from '../rules/ban-drop-database.ts';
import { rule as banDropNotNull } from '../rules/ban-drop-not-null.ts';
import { rule as banDropSchema } from '../rules/ban-drop-schema.ts';
import { rule as banDropTable } from '../rules/ban-drop-table.ts';
import { rule as banTruncateCascade } from '../rules/ban-truncate-cascade.ts';
import { rule as changingIdentity } from '../rules/changing-identity.ts';
import { rule as changingReplicaIdentity } from '../rules/changing-replica-identity.ts';
import { rule as changingSchema } from '../rules/changing-schema.ts';
import { rule as dropCascade } from '../rules/drop-cascade.ts';
import { rule as dropInUse } from '../rules/drop-in-use.ts';
import { rule as droppingDefault } from '../rules/dropping-default.ts';
import { rule as droppingFunction } from '../rules/dropping-function.ts';
import { rule as droppingObject } from '../rules/dropping-object.ts';
import { rule as droppingPrimaryKey } from '../rules/dropping-primary-key.ts';
import { rule as droppingSafeguard } from '../rules/dropping-safeguard.ts';
import { rule as droppingType } from '../rules/dropping-type.ts';
import { rule as droppingUniqueConstraint } from '../rules/dropping-unique-constraint.ts';
import { rule as droppingUsedIndex } from '../rules/dropping-used-index.ts';
import { rule as droppingView } from '../rules/dropping-view.ts';
import { rule as renamingColumn } from '../rules/renaming-column.ts';
import { rule as renamingObject } from '../rules/renaming-object.ts';
import { rule as renamingTable } from '../rules/renaming-table.ts';
import { rule as replacingViewColumns } from '../rules/replacing-view-columns.ts';
import { rule as requireEnumValueOrdering } from '../rules/require-enum-value-ordering.ts';
import { rule as resettingSequence } from '../rules/resetting-sequence.ts';
import { rule as revokingPrivileges } from '../rules/revoking-privileges.ts';

/** The rules of topic `compatibility`, in the order of their list. */
export const COMPATIBILITY_RULES: readonly Rule[] = [
  renamingTable,
  renamingColumn,
  renamingObject,
  changingSchema,
  dropInUse,
  banDropTable,
  banDropColumn,
  banDropDatabase,
  banDropSchema,
  dropCascade,
  droppingView,
  replacingViewColumns,
  droppingFunction,
  droppingType,
  droppingObject,
  banDropNotNull,
  droppingDefault,
  droppingPrimaryKey,
  droppingUniqueConstraint,
  droppingUsedIndex,
  droppingSafeguard,
  changingIdentity,
  changingReplicaIdentity,
  resettingSequence,
  addingRequiredField,
  banTruncateCascade,
  banCreateDomainWithConstraint,
  requireEnumValueOrdering,
  revokingPrivileges,
];
