import type { Command } from './context.ts';

/** The commands of the embedded database. */
export const DB_COMMAND: Command = {
  name: 'db',
  summary: 'the embedded database: start, stop, url, psql',
  description: `The embedded PostgreSQL is used when the configuration says "embedded": true and no database is named. It lives in .taskflow/ beside the configuration file.`,
  flags: [],
  examples: [],
  subcommands: [
    {
      name: 'start',
      summary: 'start the embedded database, making it if needed',
      description: 'Starts the embedded PostgreSQL, and creates its data folder the first time. Prints its URL.',
      flags: [],
      examples: [{ line: 'taskflow-db db start', says: 'start it and print its URL' }],
      load: () => import('./commands/db-start.ts'),
    },
    {
      name: 'stop',
      summary: 'stop the embedded database',
      description: 'Stops the embedded PostgreSQL. Its data stays.',
      flags: [],
      examples: [{ line: 'taskflow-db db stop', says: 'stop it' }],
      load: () => import('./commands/db-stop.ts'),
    },
    {
      name: 'url',
      summary: 'print the URL of the embedded database',
      description: 'Prints the connection URL of the embedded PostgreSQL, for other programs.',
      flags: [],
      examples: [{ line: 'psql "$(taskflow-db db url)"', says: 'connect with any client' }],
      load: () => import('./commands/db-url.ts'),
    },
    {
      name: 'psql',
      summary: 'open psql on the embedded database',
      description:
        'Runs the psql that is on the PATH, connected to the embedded PostgreSQL. Arguments after -- are given to psql.',
      passthrough: true,
      flags: [],
      examples: [{ line: "taskflow-db db psql -- -c 'SELECT 1'", says: 'one query' }],
      load: () => import('./commands/db-psql.ts'),
    },
  ],
};
