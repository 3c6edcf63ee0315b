import type { Command } from './context.ts';
import { SCRATCH_FLAG } from './scratch-flag.ts';

/** The web console. */
export const SERVE_COMMAND: Command = {
  name: 'serve',
  summary: 'open the web console',
  rare: true,
  description: `Starts the web console on this machine and prints a link that signs in once. It shows what status, plan, graph, lint and history know, and follows what happens, also in runs that were started elsewhere. It ends with Ctrl-C.

It only shows, unless --write is given: then operators apply, roll back, try and stop, on an environment marked production after typing the name of the database, and every event of it names them. Each link is for one user and works once; when it was used, the next one is printed. --person names who may sign in, and as what: viewer, operator or approver. Without it there is one user, you.

Other machines do not reach it, unless --listen names an address that they do, and then only with TLS: --tls-cert and --tls-key. Behind a proxy that speaks TLS it stays on this machine; --public-url says how people reach it, and --trust-proxy from which address X-Forwarded-For is believed. See docs/console.md.`,
  flags: [
    { name: 'listen', value: 'HOST:PORT', summary: 'where to listen (default: localhost:7433)' },
    { name: 'write', summary: 'let operators act; without it nothing can be changed' },
    { name: 'also', value: 'ENV', repeatable: true, summary: 'show this environment of the configuration, too' },
    { name: 'person', value: 'NAME:ROLE', repeatable: true, summary: 'who may sign in: viewer, operator, approver' },
    { name: 'idle', value: 'TIME', summary: 'a session ends after so long without use (default: 30min)' },
    SCRATCH_FLAG,
    {
      name: 'tls-cert',
      value: 'FILE',
      completes: 'file',
      summary: 'certificate (PEM), with those that signed it',
      rare: true,
    },
    { name: 'tls-key', value: 'FILE', completes: 'file', summary: 'its key (PEM)', rare: true },
    { name: 'public-url', value: 'URL', summary: 'how people reach it, such as https://db.example.com', rare: true },
    {
      name: 'trust-proxy',
      value: 'ADDRESS',
      repeatable: true,
      summary: 'believe X-Forwarded-For from here',
      rare: true,
    },
  ],
  examples: [
    { line: 'taskflow-db serve', says: 'look at the database' },
    { line: 'taskflow-db serve --env production --also staging', says: 'two databases beside each other' },
    { line: 'taskflow-db serve --write', says: 'and change it from there' },
    {
      line: 'taskflow-db serve --person ada:viewer --person grace:operator',
      says: 'a link for each of two people',
    },
  ],
  load: () => import('./commands/serve.ts'),
};
