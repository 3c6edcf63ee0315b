import * as v from 'valibot';
import { migrationDetail } from '../../engine/look/migration-detail.ts';
import { problemJson } from '../../report/problem-json.ts';
import { migrationAnswer } from '../answers/migration.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readMigration = route({
  name: 'readMigration',
  method: 'GET',
  path: '/api/targets/:target/migrations/:version',
  summary: 'one migration: its SQL, findings, history and neighbours',
  role: 'viewer',
  changes: false,
  input: v.object({ ...ofTarget, version: v.pipe(v.string(), v.description('as status names it, or its number')) }),
  output: migrationAnswer,
  handle({ shared }, { target, version }) {
    return shared(target, ['migration', version], async ({ reader }) => {
      const found = await migrationDetail(reader.engine, version);
      return { ...found, faults: found.faults.map(problemJson) };
    });
  },
});
