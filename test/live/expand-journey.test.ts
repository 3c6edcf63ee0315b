/** A rename beside an application: the old version, both, the new one, and all the way back. */
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { BASE, beside, only, TEXTS, Writer, withSessions } from './expand-application.ts';
import { createThree, ok } from './expand-contract-bed.ts';

for (const engine of onServers(import.meta.url, 14, 18))
  test(`nothing fails and nothing is lost, on ${engine}`, () =>
    withCli(engine, { 'm/001_base.sql': BASE }, (at) =>
      withSessions(at.database, async (one, other) => {
        await ok(at, 'migrate');
        const [expand, backfill, contract] = await createThree(at, 'rename', 'requests.status', 'state');
        const old = new Writer(one, 'status', 0, TEXTS).start();
        await beside([old], () => only(at, expand));
        const fresh = new Writer(other, 'state', 5, TEXTS).start();
        await beside([old, fresh], () => only(at, backfill));
        await old.stop();
        await beside([fresh], () => only(at, contract));
        await old.check(undefined, 'state');
        await beside([fresh], () => ok(at, 'rollback', '--yes'));
        old.start();
        await beside([old, fresh], () => ok(at, 'rollback', '--yes'));
        await fresh.stop();
        await beside([old], () => ok(at, 'rollback', '--yes'));
        await old.stop();
        await old.check();
        await fresh.check(undefined, 'status');
      }),
    ));
