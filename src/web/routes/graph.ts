import * as v from 'valibot';
import { graphFromDatabase } from '../../engine/graph/ask-graph.ts';
import { graphDocument } from '../../report/graph/document.ts';
import { graphAnswer, PARTS } from '../answers/graph.ts';
import { ofTarget, word } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readGraph = route({
  name: 'readGraph',
  method: 'GET',
  path: '/api/targets/:target/graph',
  summary: 'which migrations need which, and why',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    part: v.optional(v.picklist(PARTS, `one of ${PARTS.join(', ')}`), 'whole'),
    version: v.optional(v.pipe(word, v.description('whose part is wanted'))),
  }),
  output: graphAnswer,
  handle({ shared }, { target, part, version }) {
    const versions = version ? [version] : [];
    return shared(target, ['graph', part, versions], async ({ reader: { engine } }) => {
      const kind = version ? part : 'whole';
      const request = { settings: engine.settings, cwd: engine.cwd, part: { kind, versions } };
      return graphDocument({ ...(await graphFromDatabase(engine, request)), unasked: null });
    });
  },
});
