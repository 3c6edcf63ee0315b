import * as v from 'valibot';
import { schemaList } from '../../engine/look/schema-list.ts';
import { schemaAnswer } from '../answers/schema.ts';
import { ofTarget, word } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readSchemaList = route({
  name: 'readSchema',
  method: 'GET',
  path: '/api/targets/:target/schema',
  summary: 'the objects of the database, with sizes; read anew only when the schema has changed',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    text: v.optional(
      v.pipe(word, v.description('words in its name or comment, or in a name of what belongs to it')),
      '',
    ),
    schema: v.optional(v.pipe(word, v.description('only in this one')), ''),
    type: v.optional(v.pipe(word, v.description('only of this kind: table, view, function')), ''),
  }),
  output: schemaAnswer,
  handle: ({ shared }, { target, ...filter }) =>
    shared(target, ['schema', filter], async ({ schema }) => schemaList(await schema.read(), filter)),
});
