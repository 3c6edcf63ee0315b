import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contentOf, dropAll, ok, takeBackup, withSource } from './restore-bed.ts';

test('what the server has not is warned of, and the rest is as in the source', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    const { path } = await takeBackup(at);
    const file = join(path, 'manifest.json');
    const value = JSON.parse(readFileSync(file, 'utf8'));
    Object.assign(value.source.properties, {
      collate: 'tlh_QO.UTF-8',
      owner: 'nobody of here',
      comment: 'the "shop"',
      settings: [
        { role: 'nobody of here', setting: 'work_mem=1MB' },
        { role: null, setting: 'work_mem=2MB' },
      ],
    });
    writeFileSync(file, JSON.stringify(value));
    const end = await ok(at.run(['restore', '--into', `${name}_x`]));
    assert.match(end.said, /has the locale C, not that of its source: invalid locale name/);
    assert.match(end.said, /Not as in the source: ALTER ROLE "nobody of here" IN DATABASE/);
    assert.match(end.said, /Not as in the source: ALTER DATABASE "\w+" OWNER TO "nobody of here"/);
    assert.deepEqual((await server.sql(`${name}_x`, 'SHOW work_mem')).rows, [['2MB']]);
    const remark = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()";
    assert.deepEqual((await server.sql(`${name}_x`, remark)).rows, [['the "shop"']]);
    assert.equal(await contentOf(server, `${name}_x`), await contentOf(server, name));
  }));

test('a role that may make databases restores without owners; one that may not is told so', () =>
  withSource(14, async (at) => {
    const { server, name } = at.database;
    const role = `${name}_role`;
    await takeBackup(at);
    await server.sql('postgres', `CREATE ROLE ${role} LOGIN`);
    const env = { DATABASE_URL: server.url(name, role) };
    const denied = await at.run(['restore', '--no-owner'], { env });
    assert.equal(denied.exit, 1);
    assert.match(denied.said, /restore-refused.*cannot be made.*permission denied.*ALTER ROLE \w+ CREATEDB/);
    await server.sql('postgres', `ALTER ROLE ${role} CREATEDB`);
    await ok(at.run(['restore', '--no-owner', '--into', `${name}_x`], { env }));
    assert.equal(await contentOf(server, `${name}_x`), await contentOf(server, name));
    const theirs = await at.run(['restore', '--no-owner', '--into', name, '--yes', '--i-know', name], { env });
    assert.equal(theirs.exit, 1);
    assert.match(theirs.said, /must be owner of database.*is as it was; what was loaded is dropped/);
    await dropAll(server, [`${name}_x`]);
    await server.sql('postgres', `DROP ROLE ${role}`);
  }));
