import type { Fault } from './step.ts';

export const IDENTITY_FAULTS: readonly Fault[] = [
  {
    kind: 'forgotten index',
    title: 'users lose their old number',
    find: '-- CREATE INDEX users_legacy ON auth.users (legacy_id);\n',
    put: '',
    finds: 'rollback: removed index auth.users_legacy',
  },
  {
    kind: 'another default',
    title: 'default of auth.factors kind',
    find: "DEFAULT 'totp'",
    put: "DEFAULT 'otp'",
    finds: 'rollback: changed column auth.factors.kind: default',
  },
  {
    kind: 'lost grant',
    title: 'support sees names only',
    find: '\n-- GRANT SELECT ON auth.users TO set_support;',
    put: '',
    finds: 'rollback: changed table auth.users: privileges',
  },
  {
    kind: 'lost comment',
    title: 'active_users show the name',
    find: `AND s.expires_at > now());
-- GRANT SELECT ON auth.active_users TO set_support;
-- COMMENT ON VIEW auth.active_users IS 'Users who are signed in';`,
    put: `AND s.expires_at > now());
-- GRANT SELECT ON auth.active_users TO set_support;`,
    finds: 'rollback: changed view auth.active_users: comment',
  },
  {
    kind: 'state of a trigger',
    title: 'audit is narrowed to what an update changes',
    find: '\n-- ALTER TABLE auth.audit_entries ENABLE ALWAYS TRIGGER append_only;',
    put: '',
    finds: 'rollback: changed trigger append_only on auth.audit_entries: enabled',
  },
  {
    kind: 'left enum label',
    title: 'label locked of auth.user_state',
    find: "AS ENUM ('invited', 'active')",
    put: "AS ENUM ('invited', 'active', 'locked')",
    finds: 'rollback: changed enum auth.user_state: labels',
  },
  {
    kind: 'lost policy',
    title: 'support does not see credentials',
    find: '\n-- CREATE POLICY credentials_for_support ON auth.credentials AS PERMISSIVE FOR SELECT TO set_support USING (true);',
    put: '',
    finds: 'rollback: removed policy credentials_for_support on auth.credentials',
  },
  {
    kind: 'storage of a column',
    title: 'secrets are not compressed',
    find: ', ALTER COLUMN kind SET STATISTICS -1',
    put: '',
    finds: 'rollback: changed column auth.factors.kind: statistics target',
  },
  {
    kind: 'state of a check',
    title: 'constraint sessions_future for all rows',
    find: 'CHECK (expires_at > created_at) NOT VALID',
    put: 'CHECK (expires_at > created_at)',
    finds: 'rollback: changed constraint sessions_future on auth.sessions: not valid',
  },
  {
    kind: 'second run adds rows',
    title: 'usual scopes',
    find: `
  ('00000000-0000-4000-8000-000000000003', 'offline', 'Going on while you are away')
ON CONFLICT (name) DO NOTHING;`,
    put: `
  ('00000000-0000-4000-8000-000000000003', 'offline', 'Going on while you are away')
ON CONFLICT (name) DO UPDATE SET explanation = scopes.explanation || '.';`,
    finds: 'rerun: rows of auth.scopes',
  },
  {
    kind: 'vacuous verify',
    title: 'add phone to auth.users',
    find: "column_name = 'phone'",
    put: "column_name = 'name'",
    finds: 'verify: vacuous',
  },
  {
    kind: 'stale complete: column',
    find: '    phone text,\n',
    put: '',
    finds: 'init-complete: removed column auth.users.phone',
  },
  {
    kind: 'stale complete: comment',
    find: "COMMENT ON TABLE auth.groups IS 'Users with the same rights';",
    put: '',
    finds: 'init-complete: changed table auth.groups: comment',
  },
  {
    kind: 'stale complete: row',
    find: "'Who you are'",
    put: "'Who are you'",
    finds: 'init-complete: rows of auth.scopes',
  },
];
