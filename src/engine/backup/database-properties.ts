import type { DatabaseProperties } from '../../backup/manifest.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';

/** With its encoding, which a manifest says elsewhere. */
export type KnownDatabase = DatabaseProperties & { readonly encoding: string };

/** What a database of the server is made with; undefined where there is none of that name. */
export async function readDatabaseProperties(session: Session, name: string): Promise<KnownDatabase | undefined> {
  const [row] = await session.query(DATABASE, [name]);
  if (!row) return undefined;
  const settings = await session.query(SETTINGS, [name]);
  return {
    owner: row.owner ?? '',
    encoding: row.encoding ?? '',
    collate: row.collate ?? '',
    ctype: row.ctype ?? '',
    provider: row.provider ?? null,
    locale: row.locale ?? null,
    icuRules: row.icu_rules ?? null,
    connectionLimit: Number(row.connection_limit ?? -1),
    comment: row.comment ?? null,
    settings: settings.map(({ role, setting }) => ({ role: role ?? null, setting: setting ?? '' })),
    privileges: row.privileges ? (JSON.parse(row.privileges) as string[]) : null,
  };
}

/** By way of JSON: which columns there are depends on the version of the server. */
const DATABASE = `SELECT pg_catalog.pg_get_userbyid(d.datdba) AS owner, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
  d.datcollate AS collate, d.datctype AS ctype, pg_catalog.to_jsonb(d) ->> 'datlocprovider' AS provider,
  coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') AS locale,
  pg_catalog.to_jsonb(d) ->> 'daticurules' AS icu_rules, d.datconnlimit AS connection_limit,
  pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
  pg_catalog.to_jsonb(d.datacl::text[])::text AS privileges
FROM pg_catalog.pg_database AS d WHERE d.datname = $1`;

const SETTINGS = `SELECT r.rolname AS role, setting FROM pg_catalog.pg_db_role_setting AS s
JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole,
LATERAL pg_catalog.unnest(s.setconfig) AS setting WHERE d.datname = $1 ORDER BY 1, 2`;

/** CREATE DATABASE as its source was made. Without properties: with the server's own locale. */
export function createDatabaseSql(
  name: string,
  encoding: string,
  properties: Pick<DatabaseProperties, 'collate' | 'ctype' | 'provider' | 'locale' | 'icuRules'> | undefined,
  versionNum: number,
): string {
  return [
    `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ENCODING ${quoteLiteral(encoding)}`,
    ...(properties ? localeWords(properties, versionNum) : []),
    // Copying files takes two checkpoints (manual, CREATE DATABASE).
    ...(versionNum >= 150_000 ? ['STRATEGY wal_log'] : []),
  ].join(' ');
}

const PROVIDERS: Readonly<Record<string, { words: string; locale: string; since: number }>> = {
  i: { words: 'LOCALE_PROVIDER icu', locale: 'ICU_LOCALE', since: 150_000 },
  b: { words: 'LOCALE_PROVIDER builtin', locale: 'BUILTIN_LOCALE', since: 170_000 },
};

function localeWords(
  {
    collate,
    ctype,
    provider,
    locale,
    icuRules,
  }: Pick<DatabaseProperties, 'collate' | 'ctype' | 'provider' | 'locale' | 'icuRules'>,
  versionNum: number,
): string[] {
  const by = PROVIDERS[provider ?? ''];
  const known = by && versionNum >= by.since && locale !== null;
  return [
    `LC_COLLATE ${quoteLiteral(collate)} LC_CTYPE ${quoteLiteral(ctype)}`,
    ...(versionNum >= 150_000 && !known ? ['LOCALE_PROVIDER libc'] : []),
    ...(known ? [`${by.words} ${by.locale} ${quoteLiteral(locale)}`] : []),
    ...(known && icuRules !== null && versionNum >= 160_000 ? [`ICU_RULES ${quoteLiteral(icuRules)}`] : []),
  ];
}

/** Gives a database what its source has as a whole, each thing as a list of statements that stand or fall together. */
export function propertyStatements(name: string, properties: DatabaseProperties, user: string): string[][] {
  const database = quoteIdentifier(name);
  const { owner, connectionLimit, comment, settings, privileges } = properties;
  return [
    ...settings.map(({ role, setting }) => settingStatements(database, role, setting)),
    ...(privileges === null ? [] : [privilegeStatements(database, privileges, owner)]),
    ...(connectionLimit === -1 ? [] : [[`ALTER DATABASE ${database} CONNECTION LIMIT ${connectionLimit}`]]),
    [`COMMENT ON DATABASE ${database} IS ${comment === null ? 'NULL' : quoteLiteral(comment)}`],
    ...(owner === user ? [] : [[`ALTER DATABASE ${database} OWNER TO ${quoteIdentifier(owner)}`]]),
  ];
}

/** A list such as search_path is kept as written: only the server knows how to take it apart again. */
const LISTS = /^(?:search_path|temp_tablespaces|.*_libraries|createrole_self_grant|debug_io_direct)$/;

function settingStatements(database: string, role: string | null, setting: string): string[] {
  const at = setting.indexOf('=');
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const whose =
    role === null ? `ALTER DATABASE ${database}` : `ALTER ROLE ${quoteIdentifier(role)} IN DATABASE ${database}`;
  const parameter = name.split('.').map(quoteIdentifier).join('.');
  if (!LISTS.test(name)) return [`${whose} SET ${parameter} TO ${quoteLiteral(value)}`];
  return [
    `SELECT pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`,
    `${whose} SET ${parameter} FROM CURRENT`,
  ];
}

/** The letters of a database's privileges (manual, "ACL Privilege Abbreviations"). */
const PRIVILEGES: Readonly<Record<string, string>> = { C: 'CREATE', T: 'TEMPORARY', c: 'CONNECT' };

/** `grantee=letters/grantor`, a star behind a letter for the grant option; an empty grantee is PUBLIC. */
function privilegeStatements(database: string, privileges: readonly string[], owner: string): string[] {
  const granted = privileges.flatMap((item) => {
    const { grantee, letters } = readAclItem(item);
    const to = grantee === '' ? 'PUBLIC' : quoteIdentifier(grantee);
    return [...letters.matchAll(/([CTc])(\*?)/g)].map(
      ([, letter = '', star]) =>
        `GRANT ${PRIVILEGES[letter]} ON DATABASE ${database} TO ${to}${star && grantee !== owner ? ' WITH GRANT OPTION' : ''}`,
    );
  });
  return [`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`, ...granted];
}

/** A name stands in double quotes where it is not plain, a quote in it twice (src/backend/utils/adt/acl.c, putid). */
function readAclItem(item: string): { grantee: string; letters: string } {
  const [, quoted, plain = '', letters = ''] = /^(?:"((?:[^"]|"")*)"|([^"=]*))=([^/]*)\//.exec(item) ?? [];
  return { grantee: quoted?.replaceAll('""', '"') ?? plain, letters };
}
