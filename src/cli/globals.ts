import type { FlagSpec } from './spec.ts';

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly FlagSpec[];
}

/** Flags that every command takes, in the order of the help. */
export const GLOBAL_GROUPS: readonly FlagGroup[] = [
  {
    title: 'Connection',
    flags: [
      { name: 'env', value: 'NAME', summary: 'the environment of the configuration to work on' },
      { name: 'host', value: 'HOST', summary: 'server host, or the folder of its unix socket' },
      { name: 'port', short: 'p', value: 'PORT', summary: 'server port' },
      {
        name: 'database',
        short: 'd',
        value: 'NAME',
        summary: 'database name, or a connection string without a password',
      },
      { name: 'user', short: 'U', value: 'NAME', summary: 'user to connect as' },
      { name: 'password', short: 'W', summary: 'ask for the password' },
    ],
  },
  {
    title: 'Everywhere',
    flags: [
      {
        name: 'dir',
        value: 'FOLDER',
        repeatable: true,
        completes: 'folder',
        summary: 'folder of migrations; may be given more than once (default: database/migrations)',
      },
      {
        name: 'config',
        value: 'FILE',
        completes: 'file',
        summary: 'configuration file (default: taskflow-db.config.json)',
      },
      { name: 'json', summary: 'one JSON document on stdout and nothing else' },
      { name: 'yes', short: 'y', summary: 'do not ask' },
      { name: 'quiet', short: 'q', summary: 'no progress and notes, only results and problems' },
      { name: 'verbose', short: 'v', summary: 'say more' },
      { name: 'no-color', summary: 'no colour (as with NO_COLOR)' },
      { name: 'help', short: 'h', summary: '-h: short help; --help: help with explanations and examples' },
      { name: 'version', short: 'V', summary: 'show the version of taskflow-db' },
    ],
  },
];

export const GLOBAL_FLAGS: readonly FlagSpec[] = GLOBAL_GROUPS.flatMap((group) => group.flags);
