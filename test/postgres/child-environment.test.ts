import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childEnvironment, notForChild } from '../../src/postgres/target/child-environment.ts';
import type { TargetInputs } from '../../src/postgres/target/inputs.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';

const files = { read: () => undefined, stat: () => undefined };
const inputs = (url: string): TargetInputs => ({
  flags: { url },
  env: {},
  homeDirectory: '/home/ada',
  files,
  osUser: 'ada',
  platform: 'linux',
});

function environment(url: string, env: TargetInputs['env'] = {}, address?: string) {
  const target = resolveTarget(inputs(url))!;
  const host = target.hosts.at(-1)!;
  return childEnvironment(target, env, { reached: { host, address }, applicationName: 'taskflow-db backup' });
}

test('the server that was reached, with its TLS, and nothing that names another one', () => {
  const env = {
    PATH: '/bin',
    PGHOST: 'elsewhere',
    PGSERVICE: 'x',
    DATABASE_URL: 'x',
    DB_PASSWORD: 'x',
    TASKFLOW_ENV: 'x',
  };
  const url =
    'postgresql://ada:s%27ecret@one,two:5433/a%3Db?sslmode=verify-full&sslrootcert=/ca.crt&options=-cgeqo%3Doff';
  const made = environment(url, env, '10.0.0.2');
  const part = Object.fromEntries(
    Object.entries(made).filter(([name]) => !/^PGSSL(?:CRL|KEY|CERT|SNI|N|M)/.test(name)),
  );
  assert.deepEqual(part, {
    PATH: '/bin',
    PGHOST: 'two',
    PGHOSTADDR: '10.0.0.2',
    PGPORT: '5433',
    PGDATABASE: 'a=b',
    PGUSER: 'ada',
    PGPASSWORD: "s'ecret",
    PGAPPNAME: 'taskflow-db backup',
    PGOPTIONS: '-cgeqo=off',
    PGCONNECT_TIMEOUT: '60',
    PGCHANNELBINDING: 'prefer',
    PGGSSENCMODE: 'disable',
    PGSSLROOTCERT: '/ca.crt',
    LC_ALL: 'C',
  });
  assert.equal(made.PGSSLMODE, 'verify-full');
});

test('a socket has no address', () => {
  const { PGHOST, PGHOSTADDR } = environment('postgresql:///x?host=/run/pg');
  assert.deepEqual([PGHOST, PGHOSTADDR], ['/run/pg', undefined]);
});

test('what no variable says, or an old libpq does not know, is no case for a program', () => {
  const why = (url: string, major: number) => notForChild(resolveTarget(inputs(url))!, major);
  assert.equal(why('postgresql://h/x?sslmode=verify-full', 12), undefined);
  assert.match(why('postgresql://h/x?sslpassword=x', 18) ?? '', /sslpassword/);
  assert.match(why('postgresql://h/x?sslrootcert=system', 15) ?? '', /not known to libpq 15/);
  assert.equal(why('postgresql://h/x?sslrootcert=system', 16), undefined);
  assert.match(why('postgresql://h/x?require_auth=scram-sha-256', 15) ?? '', /require_auth/);
});
