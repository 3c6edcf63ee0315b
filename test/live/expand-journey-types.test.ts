/** A change of type beside an application, which knows nothing of it: there and back. */
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { BASE, beside, only, Writer, withSessions } from './expand-application.ts';
import { createThree, ok } from './expand-contract-bed.ts';

const MOODS = ['sad', 'ok', 'glad', null] as const;

const CASES = [
  [14, 'amount', 'bigint', (n: number) => String(n)],
  [18, 'feels', 'text', (n: number) => MOODS[n % MOODS.length] ?? null],
] as const;

for (const [engine, column, type, made] of CASES)
  test(`${column} to ${type}: nothing fails and nothing is lost, on ${engine}`, () =>
    withCli(engine, { 'm/001_base.sql': BASE }, (at) =>
      withSessions(at.database, async (one, other) => {
        await ok(at, 'migrate');
        const files = await createThree(at, 'change-type', `requests.${column}`, type);
        const writers = [new Writer(one, column, 0, made).start(), new Writer(other, column, 5, made).start()];
        for (const file of files) await beside(writers, () => only(at, file));
        for (const _ of files) await beside(writers, () => ok(at, 'rollback', '--yes'));
        for (const writer of writers) await writer.stop();
        for (const writer of writers) await writer.check();
      }),
    ));
