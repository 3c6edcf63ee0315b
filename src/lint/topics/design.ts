import type { Rule } from '../rule.ts';
import { rule as banCharField } from '../rules/ban-char-field.ts';
import { rule as duplicateConstraint } from '../rules/duplicate-constraint.ts';
import { rule as foreignKeyTypeDiffers } from '../rules/foreign-key-type-differs.ts';
import { rule as foreignKeyWithoutIndex } from '../rules/foreign-key-without-index.ts';
import { rule as identifierNeedsQuotes } from '../rules/identifier-needs-quotes.ts';
import { rule as identifierTooLong } from '../rules/identifier-too-long.ts';
import { rule as preferBigintOverInt } from '../rules/prefer-bigint-over-int.ts';
import { rule as preferBigintOverSmallint } from '../rules/prefer-bigint-over-smallint.ts';
import { rule as preferIdentity } from '../rules/prefer-identity.ts';
import { rule as preferJsonb } from '../rules/prefer-jsonb.ts';
import { rule as preferLookupOverEnum } from '../rules/prefer-lookup-over-enum.ts';
import { rule as preferNumericOverMoney } from '../rules/prefer-numeric-over-money.ts';
import { rule as preferRobustStatements } from '../rules/prefer-robust-statements.ts';
import { rule as preferTextField } from '../rules/prefer-text-field.ts';
import { rule as preferTimestampTz } from '../rules/prefer-timestamp-tz.ts';
import { rule as redundantIndex } from '../rules/redundant-index.ts';
import { rule as requireComment } from '../rules/require-comment.ts';
import { rule as requireTableSchema } from '../rules/require-table-schema.ts';
import { rule as tableWithoutPrimaryKey } from '../rules/table-without-primary-key.ts';
import { rule as wideIndex } from '../rules/wide-index.ts';

/** The rules of topic `design`, in the order of their list. */
export const DESIGN_RULES: readonly Rule[] = [
  preferBigintOverInt,
  preferBigintOverSmallint,
  preferIdentity,
  preferTimestampTz,
  preferJsonb,
  preferNumericOverMoney,
  preferLookupOverEnum,
  preferTextField,
  banCharField,
  tableWithoutPrimaryKey,
  foreignKeyWithoutIndex,
  foreignKeyTypeDiffers,
  duplicateConstraint,
  redundantIndex,
  wideIndex,
  identifierTooLong,
  identifierNeedsQuotes,
  preferRobustStatements,
  requireTableSchema,
  requireComment,
];
