import type { Rule } from '../rule.ts';
import { rule as concurrentlyIfNotExists } from '../rules/concurrently-if-not-exists.ts';
import { rule as concurrentlyInTransactionFile } from '../rules/concurrently-in-transaction-file.ts';
import { rule as disablingTriggers } from '../rules/disabling-triggers.ts';
import { rule as enumValueUsedInSameTransaction } from '../rules/enum-value-used-in-same-transaction.ts';
import { rule as lockTimeoutDisabled } from '../rules/lock-timeout-disabled.ts';
import { rule as lockTimeoutTooLong } from '../rules/lock-timeout-too-long.ts';
import { rule as mixedSteps } from '../rules/mixed-steps.ts';
import { rule as needsLaterMigration } from '../rules/needs-later-migration.ts';
import { rule as sessionSettingKept } from '../rules/session-setting-kept.ts';
import { rule as syntaxNotUnderstood } from '../rules/syntax-not-understood.ts';
import { rule as undeclaredDependency } from '../rules/undeclared-dependency.ts';
import { rule as unresolvedDepends } from '../rules/unresolved-depends.ts';
import { rule as unusedAllow } from '../rules/unused-allow.ts';

/** The rules of topic `transactions`, in the order of their list. */
export const TRANSACTIONS_RULES: readonly Rule[] = [
  syntaxNotUnderstood,
  lockTimeoutDisabled,
  lockTimeoutTooLong,
  concurrentlyIfNotExists,
  concurrentlyInTransactionFile,
  enumValueUsedInSameTransaction,
  mixedSteps,
  sessionSettingKept,
  disablingTriggers,
  needsLaterMigration,
  undeclaredDependency,
  unresolvedDepends,
  unusedAllow,
];
