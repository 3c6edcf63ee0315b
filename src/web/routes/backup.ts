import * as v from 'valibot';
import { backupView } from '../../engine/look/backup.ts';
import { backupAnswer } from '../answers/backups.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readBackup = route({
  name: 'readBackup',
  method: 'GET',
  path: '/api/targets/:target/backups/:id',
  summary: 'one backup: what it holds, whether it was proven, and the commands that restore it',
  role: 'viewer',
  changes: false,
  input: v.object({ ...ofTarget, id: v.pipe(v.string(), v.description('as the list names it')) }),
  output: backupAnswer,
  handle: ({ shared }, { target, id }) => shared(target, ['backup', id], ({ reader }) => backupView(reader.engine, id)),
});
