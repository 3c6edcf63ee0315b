import { sessionAnswer } from '../answers/session.ts';
import { noInput } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readSession = route({
  name: 'readSession',
  method: 'GET',
  path: '/api/session',
  summary: 'who is signed in, and which databases there are',
  role: 'viewer',
  changes: false,
  input: noInput,
  output: sessionAnswer,
  async handle({ hub, session, user }) {
    const { targets, mayWrite, idleMs, toolVersion } = hub.parts;
    return {
      user,
      csrf: session.csrf,
      mayWrite,
      idleMs,
      toolVersion,
      targets: targets.map(({ name, description, environment, engine }) => ({
        name,
        database: engine.target.database,
        description,
        environment,
        production: engine.settings.production,
      })),
    };
  },
});
