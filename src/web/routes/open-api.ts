import * as v from 'valibot';
import { noInput } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readOpenApi = route({
  name: 'readOpenApi',
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'this API, as OpenAPI 3.1',
  role: 'viewer',
  changes: false,
  input: noInput,
  output: v.record(v.string(), v.unknown()),
  async handle({ hub, routes }) {
    const { openApi } = await import('../open-api.ts');
    return openApi(routes, hub.parts.toolVersion);
  },
});
