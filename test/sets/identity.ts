/**
 * An identity server: one schema, every name qualified, every table with comments, row security and grants for two roles,
 * functions that run as their owner. Numbers go by tens, so that something fits in between.
 */
import * as make from './blocks.ts';
import { IDENTITY_FAULTS } from './identity-faults.ts';
import type { MigrationSet, Step } from './step.ts';
import { snake } from './step.ts';

/** Name, what it is for, whether rows belong to a tenant, columns. */
const TABLES: readonly [name: string, what: string, ofTenant: boolean, columns: string][] = [
  [
    'tenants',
    'Customers, each with users of its own',
    false,
    "slug text NOT NULL UNIQUE\nname text NOT NULL\nplan text DEFAULT 'free'",
  ],
  [
    'users',
    'People and machines that sign in',
    true,
    "email text NOT NULL\nname text\nlegacy_id integer DEFAULT 0\npicture text\nlocale varchar(5) NOT NULL DEFAULT 'en'",
  ],
  [
    'credentials',
    'What proves who somebody is',
    true,
    'user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE\nkind text NOT NULL\nsecret text NOT NULL',
  ],
  [
    'sessions',
    'Signed in, on one device',
    true,
    'user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE\nexpires_at timestamptz NOT NULL\nip inet\nagent text',
  ],
  [
    'refresh_tokens',
    'Each may be used once',
    true,
    'session_id uuid NOT NULL REFERENCES auth.sessions ON DELETE CASCADE\nhash bytea NOT NULL\nused boolean NOT NULL DEFAULT false',
  ],
  [
    'clients',
    'Applications that people sign in to',
    true,
    "name text NOT NULL\nredirects text[] NOT NULL DEFAULT '{}'\nsecret_hash text",
  ],
  ['scopes', 'What an application may ask for', false, 'name text NOT NULL UNIQUE\nexplanation text'],
  [
    'consents',
    'What a user has allowed an application',
    true,
    "user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE\nclient_id uuid NOT NULL REFERENCES auth.clients ON DELETE CASCADE\nscopes text[] NOT NULL DEFAULT '{}'",
  ],
  ['groups', 'Users with the same rights', true, 'name text NOT NULL\nparent_id uuid REFERENCES auth.groups'],
  [
    'members',
    'Who is in which group',
    true,
    'group_id uuid NOT NULL REFERENCES auth.groups ON DELETE CASCADE\nuser_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE',
  ],
  [
    'factors',
    'Second factors',
    true,
    "user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE\nkind text NOT NULL DEFAULT 'totp'\nsecret bytea\nconfirmed boolean NOT NULL DEFAULT false",
  ],
  [
    'challenges',
    'Second factors that were asked for',
    true,
    'factor_id uuid NOT NULL REFERENCES auth.factors ON DELETE CASCADE\nanswered_at timestamptz\nip inet',
  ],
  [
    'invitations',
    'Sent, and not yet accepted',
    true,
    'email text NOT NULL\ntoken text NOT NULL\nexpires_at timestamptz',
  ],
  [
    'audit_entries',
    'What happened, never changed',
    true,
    "actor uuid\nevent text NOT NULL\ndetail jsonb NOT NULL DEFAULT '{}'",
  ],
];
const UPDATED = ['tenants', 'users', 'clients', 'groups', 'factors'];

const comments = (name: string, what: string, columns: string) =>
  make.together(`describe ${name}`, [
    make.comment(`TABLE auth.${name}`, what),
    ...columns.split('\n').map((line) => {
      const [column = ''] = line.split(' ');
      return make.comment(
        `COLUMN auth.${name}.${column}`,
        `${column.replaceAll('_', ' ')}: see the handbook, "${name}"`,
      );
    }),
  ]);

const create = ([name, what, ofTenant, columns]: (typeof TABLES)[number]): Step[] => {
  const tenant = ofTenant ? 'tenant_id uuid NOT NULL REFERENCES auth.tenants\n' : '';
  const all = `id uuid NOT NULL DEFAULT gen_random_uuid()\n${tenant}${columns}\ncreated_at timestamptz NOT NULL DEFAULT now()\nCONSTRAINT ${name}_pkey PRIMARY KEY (id)`;
  return [
    make.table(`auth.${name}`, all),
    comments(name, what, columns),
    ...(ofTenant ? [secure(name)] : []),
    grant(name),
  ];
};

const OWN = "(tenant_id = (pg_catalog.current_setting('auth.tenant', true))::uuid)";
const secure = (name: string) =>
  make.step(
    `row security of ${name}`,
    `ALTER TABLE auth.${name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY ${name}_of_tenant ON auth.${name} TO set_app USING ${OWN};
CREATE POLICY ${name}_for_support ON auth.${name} AS PERMISSIVE FOR SELECT TO set_support USING (true);`,
    `DROP POLICY ${name}_for_support ON auth.${name};
DROP POLICY ${name}_of_tenant ON auth.${name};
ALTER TABLE auth.${name} DISABLE ROW LEVEL SECURITY;`,
  );

const grant = (name: string) => {
  const [rights, verb] =
    name === 'audit_entries' ? ['SELECT, INSERT', 'read and append'] : ['SELECT, INSERT, UPDATE', 'use'];
  return make.step(
    `let the application ${verb} ${name}`,
    `GRANT ${rights} ON auth.${name} TO set_app;\nGRANT SELECT ON auth.${name} TO set_support;`,
    `REVOKE SELECT ON auth.${name} FROM set_support;\nREVOKE ${rights} ON auth.${name} FROM set_app;`,
  );
};

const touched = (name: string) =>
  make.step(
    `${name} know when they were changed`,
    `ALTER TABLE auth.${name} ADD COLUMN updated_at timestamptz;
CREATE TRIGGER touch BEFORE UPDATE ON auth.${name} FOR EACH ROW EXECUTE FUNCTION auth.touch();`,
    `DROP TRIGGER touch ON auth.${name};\nALTER TABLE auth.${name} DROP COLUMN updated_at;`,
    { depends: ['function touch'] },
  );

/** Runs as its owner, with a path that nobody else can write to. */
const definer = (head: string, body: string, { returns = 'void', language = 'plpgsql', path = 'pg_catalog' } = {}) =>
  `CREATE OR REPLACE FUNCTION auth.${head} RETURNS ${returns}
  LANGUAGE ${language} SECURITY DEFINER SET search_path = ${path}
AS $body$
${body}
$body$;`;

const closed = (title: string, head: string, sql: string, more = {}) => {
  const name = `FUNCTION auth.${head.replaceAll(/\w+ (\w+)/g, '$1')}`;
  return make.step(
    title,
    `${sql}\nREVOKE ALL ON ${name} FROM PUBLIC;\nGRANT EXECUTE ON ${name} TO set_app;`,
    `DROP ${name};`,
    more,
  );
};

const END_SESSIONS = (condition: string) =>
  definer(
    'end_sessions(user_id uuid)',
    `BEGIN
  DELETE FROM auth.sessions AS s WHERE s.user_id = end_sessions.user_id${condition};
  INSERT INTO auth.audit_entries (tenant_id, actor, event)
    SELECT u.tenant_id, u.id, 'sessions ended' FROM auth.users AS u WHERE u.id = end_sessions.user_id;
END`,
  );

const ACTIVE = (columns: string, having = '') =>
  `CREATE VIEW auth.active_users WITH (security_barrier) AS
  SELECT u.id, u.tenant_id, ${columns}
  FROM auth.users AS u
  WHERE EXISTS (SELECT FROM auth.sessions AS s WHERE s.user_id = u.id AND s.expires_at > now())${having};
GRANT SELECT ON auth.active_users TO set_support;
COMMENT ON VIEW auth.active_users IS 'Users who are signed in';`;
const viewAgain = (title: string, before: string, after: string) =>
  make.replaced(title, `DROP VIEW auth.active_users;\n${before}`, `DROP VIEW auth.active_users;\n${after}`);

function* steps(): Iterable<Step> {
  yield make.step(
    'schema auth',
    'CREATE SCHEMA auth;\nGRANT USAGE ON SCHEMA auth TO set_app, set_support;\nALTER DEFAULT PRIVILEGES IN SCHEMA auth REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;',
    'DROP SCHEMA auth;',
  );
  yield make.step(
    'function touch',
    'CREATE FUNCTION auth.touch() RETURNS trigger LANGUAGE plpgsql AS $body$\nBEGIN\n  NEW.updated_at := now();\n  RETURN NEW;\nEND\n$body$;',
    'DROP FUNCTION auth.touch();',
  );
  for (const one of TABLES) yield* create(one);
  for (const name of UPDATED) yield touched(name);
  yield* keys();
  yield* functions();
  yield* evolution();
  yield* extensions();
  yield* cleanUp();
}

function* keys(): Iterable<Step> {
  yield make.index('users_tenant_email', 'auth.users (tenant_id, lower(email))', { unique: true });
  yield make.index('sessions_expiry', 'auth.sessions (expires_at) WHERE (ip IS NOT NULL)');
  yield make.index('members_user', 'auth.members (user_id) INCLUDE (group_id)');
  yield make.index('audit_detail', 'auth.audit_entries USING gin (detail jsonb_path_ops)');
  yield make.index('users_legacy', 'auth.users (legacy_id)');
  for (const name of ['sessions', 'credentials', 'factors'])
    yield make.index(`${name}_of_user`, `auth.${name} (user_id, created_at DESC)`);
  yield make.step(
    'everybody is in a group once',
    'ALTER TABLE auth.members ADD CONSTRAINT members_once UNIQUE (group_id, user_id) DEFERRABLE INITIALLY DEFERRED;',
    'ALTER TABLE auth.members DROP CONSTRAINT members_once;',
  );
  yield* make.inTwoSteps('auth.invitations', 'invitations_email', "CHECK (email LIKE '%@%')");
  yield* make.inTwoSteps('auth.sessions', 'sessions_future', 'CHECK (expires_at > created_at)');
  yield* make.inTwoSteps(
    'auth.audit_entries',
    'audit_actor',
    'FOREIGN KEY (actor) REFERENCES auth.users ON DELETE SET NULL',
  );
}

function* functions(): Iterable<Step> {
  yield closed('function end_sessions', 'end_sessions(user_id uuid)', END_SESSIONS(''));
  yield make.replaced(
    'end_sessions keeps the own one',
    END_SESSIONS(''),
    END_SESSIONS("\n    AND s.agent IS DISTINCT FROM current_setting('auth.agent', true)"),
  );
  yield closed(
    'function member_of',
    'member_of(user_id uuid, wanted uuid)',
    definer(
      'member_of(user_id uuid, wanted uuid)',
      `  WITH RECURSIVE up(id) AS (
    SELECT m.group_id FROM auth.members AS m WHERE m.user_id = $1
    UNION SELECT g.parent_id FROM auth.groups AS g JOIN up ON up.id = g.id WHERE g.parent_id IS NOT NULL)
  SELECT EXISTS (SELECT FROM up WHERE up.id = $2)`,
      { returns: 'boolean', language: 'sql' },
    ),
  );
  yield make.step(
    'audit is append only',
    `CREATE FUNCTION auth.refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '% of %.% is not allowed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$body$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON auth.audit_entries FOR EACH ROW EXECUTE FUNCTION auth.refuse();
CREATE TRIGGER keep BEFORE TRUNCATE ON auth.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse();
ALTER TABLE auth.audit_entries ENABLE ALWAYS TRIGGER append_only;`,
    'DROP TRIGGER keep ON auth.audit_entries;\nDROP TRIGGER append_only ON auth.audit_entries;\nDROP FUNCTION auth.refuse();',
  );
  yield make.step('view active_users', ACTIVE('u.email'), 'DROP VIEW auth.active_users;');
  yield viewAgain('active_users show the name', ACTIVE('u.email'), ACTIVE('u.email, u.name'));
}

const STATES = ['invited', 'active'];

function* evolution(): Iterable<Step> {
  yield make.step(
    'type user_state',
    "CREATE TYPE auth.user_state AS ENUM ('invited', 'active');",
    'DROP TYPE auth.user_state;',
  );
  yield make.column('auth.users', 'state', "auth.user_state NOT NULL DEFAULT 'active'");
  const uses = [{ of: 'auth.users', name: 'state', value: 'active' }];
  yield make.label('auth.user_state', STATES, 'locked', uses);
  yield make.label('auth.user_state', [...STATES, 'locked'], 'deleted', uses);
  yield make.step(
    'audit is narrowed to what an update changes',
    `DROP TRIGGER append_only ON auth.audit_entries;
CREATE TRIGGER append_only BEFORE DELETE ON auth.audit_entries FOR EACH ROW EXECUTE FUNCTION auth.refuse();
ALTER TABLE auth.audit_entries ENABLE ALWAYS TRIGGER append_only;`,
    `DROP TRIGGER append_only ON auth.audit_entries;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON auth.audit_entries FOR EACH ROW EXECUTE FUNCTION auth.refuse();
ALTER TABLE auth.audit_entries ENABLE ALWAYS TRIGGER append_only;`,
  );
  yield make.step(
    'support sees names only',
    'REVOKE SELECT ON auth.users FROM set_support;\nGRANT SELECT (id, tenant_id, name) ON auth.users TO set_support;',
    'REVOKE SELECT (id, tenant_id, name) ON auth.users FROM set_support;\nGRANT SELECT ON auth.users TO set_support;',
  );
  yield make.step(
    'row security holds for the owner, too',
    'ALTER TABLE auth.credentials FORCE ROW LEVEL SECURITY;\nALTER TABLE auth.factors FORCE ROW LEVEL SECURITY;',
    'ALTER TABLE auth.factors NO FORCE ROW LEVEL SECURITY;\nALTER TABLE auth.credentials NO FORCE ROW LEVEL SECURITY;',
  );
  yield make.step(
    'support does not see credentials',
    'DROP POLICY credentials_for_support ON auth.credentials;\nREVOKE SELECT ON auth.credentials FROM set_support;',
    `GRANT SELECT ON auth.credentials TO set_support;
CREATE POLICY credentials_for_support ON auth.credentials AS PERMISSIVE FOR SELECT TO set_support USING (true);`,
  );
  yield make.step(
    'tenants write what is theirs only',
    ['sessions', 'clients']
      .map((name) => `ALTER POLICY ${name}_of_tenant ON auth.${name} WITH CHECK ${OWN};`)
      .join('\n'),
    ['clients', 'sessions']
      .map(
        (name) =>
          `DROP POLICY ${name}_of_tenant ON auth.${name};\nCREATE POLICY ${name}_of_tenant ON auth.${name} TO set_app USING ${OWN};`,
      )
      .join('\n'),
  );
  yield make.columnRenamed('auth.clients', 'redirects', 'redirect_uris');
  yield make.retyped('auth.users', 'locale', 'varchar(5)', 'varchar(35)');
  yield make.defaulted('auth.factors', 'kind', "'totp'", "'webauthn'");
  yield make.step(
    'secrets are not compressed',
    'ALTER TABLE auth.factors ALTER COLUMN secret SET STORAGE EXTERNAL, ALTER COLUMN kind SET STATISTICS 200;',
    'ALTER TABLE auth.factors ALTER COLUMN secret SET STORAGE EXTENDED, ALTER COLUMN kind SET STATISTICS -1;',
  );
  yield make.step(
    'sessions are updated often',
    'ALTER TABLE auth.sessions SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);',
    'ALTER TABLE auth.sessions RESET (fillfactor, autovacuum_vacuum_scale_factor);',
  );
  yield make.step(
    'usual scopes',
    `INSERT INTO auth.scopes (id, name, explanation) VALUES
  ('00000000-0000-4000-8000-000000000001', 'openid', 'Who you are'),
  ('00000000-0000-4000-8000-000000000002', 'email', 'Your address'),
  ('00000000-0000-4000-8000-000000000003', 'offline', 'Going on while you are away')
ON CONFLICT (name) DO NOTHING;`,
    "DELETE FROM auth.scopes WHERE name IN ('openid', 'email', 'offline');",
    { verify: "SELECT count(*) = 3 FROM auth.scopes WHERE name IN ('openid', 'email', 'offline');" },
  );
}

function* extensions(): Iterable<Step> {
  yield make.extension('pgcrypto');
  yield closed(
    'function new_token',
    'new_token()',
    definer('new_token()', "  SELECT encode(gen_random_bytes(32), 'hex')", {
      returns: 'text',
      language: 'sql',
      path: 'pg_catalog, public',
    }),
    {
      depends: ['extension pgcrypto', 'create auth.invitations'],
    },
  );
  yield make.defaulted('auth.invitations', 'token', undefined, 'auth.new_token()', { depends: ['function new_token'] });
  yield make.extension('citext');
  yield make.retyped('auth.invitations', 'email', 'text', 'citext', {
    depends: ['extension citext', 'constraint invitations_email for all rows'],
  });
  yield make.extension('uuid-ossp');
  yield make.column('auth.clients', 'public_id', 'uuid DEFAULT uuid_generate_v4()', {
    depends: ['extension uuid-ossp', 'create auth.clients'],
  });
  yield { ...make.extension('orafce'), title: 'extension that no server here has' };
  yield make.step(
    'function that needs it',
    'CREATE VIEW auth.today AS SELECT oracle.sysdate() AS day;',
    'DROP VIEW auth.today;',
    {
      depends: ['extension that no server here has'],
    },
  );
}

function* cleanUp(): Iterable<Step> {
  yield make.step(
    'users lose their old number',
    'ALTER TABLE auth.users DROP COLUMN legacy_id;',
    `ALTER TABLE auth.users ADD COLUMN legacy_id integer DEFAULT 0;
CREATE INDEX users_legacy ON auth.users (legacy_id);
${make.comment('COLUMN auth.users.legacy_id', 'legacy id: see the handbook, "users"').up}`,
  );
  yield make.column('auth.users', 'phone', 'text', {
    verify:
      "SELECT count(*) = 1 FROM information_schema.columns WHERE table_schema = 'auth' AND table_name = 'users' AND column_name = 'phone';",
  });
  yield make.dropped(make.index('sessions_expiry', 'auth.sessions (expires_at) WHERE (ip IS NOT NULL)'));
  yield make.check('auth.tenants', 'tenants_slug', "slug ~ '^[a-z][a-z0-9-]*$'");
  yield make.step(
    'rename challenges',
    'ALTER TABLE auth.challenges RENAME TO factor_challenges;',
    'ALTER TABLE auth.factor_challenges RENAME TO challenges;',
  );
  yield make.comment(
    'TABLE auth.factor_challenges',
    'Questions for second factors',
    'Second factors that were asked for',
  );
  yield make.step(
    'function ended long ago',
    'DROP FUNCTION auth.member_of(uuid, uuid);',
    `${definer(
      'member_of(user_id uuid, wanted uuid)',
      `  WITH RECURSIVE up(id) AS (
    SELECT m.group_id FROM auth.members AS m WHERE m.user_id = $1
    UNION SELECT g.parent_id FROM auth.groups AS g JOIN up ON up.id = g.id WHERE g.parent_id IS NOT NULL)
  SELECT EXISTS (SELECT FROM up WHERE up.id = $2)`,
      { returns: 'boolean', language: 'sql' },
    )}
REVOKE ALL ON FUNCTION auth.member_of(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.member_of(uuid, uuid) TO set_app;`,
  );
}

export const identity: MigrationSet = {
  name: 'identity',
  roles: ['set_app', 'set_support'],
  steps: [...steps()],
  stem: (place, title) => `${String(place * 10).padStart(5, '0')}_${snake(title)}`,
  head: (place) => [`Author: ${['Grace', 'Edsger', 'Barbara'][place % 3]}`, 'Date: 2025-03-01'],
  faults: IDENTITY_FAULTS,
  moving: ['users lose their old number'],
};
