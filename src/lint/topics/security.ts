import type { Rule } from '../rule.ts';
import { rule as disablingRowSecurity } from '../rules/disabling-row-security.ts';
import { rule as grantingToPublic } from '../rules/granting-to-public.ts';
import { rule as indexFunctionSearchPath } from '../rules/index-function-search-path.ts';
import { rule as passwordInMigration } from '../rules/password-in-migration.ts';
import { rule as policyAlwaysTrue } from '../rules/policy-always-true.ts';
import { rule as policyWithoutRowSecurity } from '../rules/policy-without-row-security.ts';
import { rule as publicSchemaCreate } from '../rules/public-schema-create.ts';
import { rule as rowSecurityWithoutPolicy } from '../rules/row-security-without-policy.ts';
import { rule as securityDefinerPublicExecute } from '../rules/security-definer-public-execute.ts';
import { rule as securityDefinerSearchPath } from '../rules/security-definer-search-path.ts';
import { rule as superuserRole } from '../rules/superuser-role.ts';
import { rule as untrustedExtension } from '../rules/untrusted-extension.ts';
import { rule as viewBypassesRowSecurity } from '../rules/view-bypasses-row-security.ts';

/** The rules of topic `security`, in the order of their list. */
export const SECURITY_RULES: readonly Rule[] = [
  securityDefinerSearchPath,
  securityDefinerPublicExecute,
  indexFunctionSearchPath,
  grantingToPublic,
  publicSchemaCreate,
  passwordInMigration,
  superuserRole,
  untrustedExtension,
  policyAlwaysTrue,
  rowSecurityWithoutPolicy,
  policyWithoutRowSecurity,
  disablingRowSecurity,
  viewBypassesRowSecurity,
];
