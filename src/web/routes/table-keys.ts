import * as v from 'valibot';
import { tableKeys } from '../../engine/look/table-keys.ts';
import { keysAnswer } from '../answers/schema.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readTableKeys = route({
  name: 'readTableKeys',
  method: 'GET',
  path: '/api/targets/:target/schema/keys',
  summary: 'the tables with their keys, and the foreign keys between them',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: keysAnswer,
  handle: ({ shared }, { target }) => shared(target, ['keys'], async ({ schema }) => tableKeys(await schema.read())),
});
