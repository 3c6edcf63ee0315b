import type { Rule } from '../rule.ts';
import { rule as missingRollback } from '../rules/missing-rollback.ts';
import { rule as rollbackLosesData } from '../rules/rollback-loses-data.ts';
import { rule as rollbackNotSql } from '../rules/rollback-not-sql.ts';

/** The rules of topic `rollback`, in the order of their list. */
export const ROLLBACK_RULES: readonly Rule[] = [missingRollback, rollbackNotSql, rollbackLosesData];
