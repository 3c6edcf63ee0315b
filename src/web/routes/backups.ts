import * as v from 'valibot';
import { backupsView } from '../../engine/look/backups.ts';
import { backupsAnswer } from '../answers/backups.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readBackups = route({
  name: 'readBackups',
  method: 'GET',
  path: '/api/targets/:target/backups',
  summary: 'the backups of the database, what is kept in it, and what the rules make of both',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: backupsAnswer,
  handle: ({ hub, shared }, { target }) =>
    shared(target, ['backups'], ({ reader }) => backupsView(reader.engine, new Date(hub.parts.now()))),
});
