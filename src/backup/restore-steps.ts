/** What is known of a backup to say how its data come back. */
export interface RestorableBackup {
  readonly id: string;
  readonly kind: 'full' | 'scoped';
  readonly state: 'ok' | 'damaged' | 'unknown' | 'partial';
  readonly database: string;
  readonly version: string | null;
  /** Of kept data: whether the version has destroyed it, or its rollback. */
  readonly direction: 'apply' | 'rollback' | null;
  readonly method: 'pg_dump' | 'copy' | null;
  readonly encrypted: boolean | null;
  readonly serverVersion: string | null;
}

/** One way to get data back: what it does, and the command, where there is one. */
export interface RestoreStep {
  readonly title: string;
  readonly says: string;
  readonly command: string | null;
}

/** Where the commands go: the environment that is named, or the connection of whoever runs them. */
export interface RestoreAt {
  readonly environment: string | null;
}

/** How a backup is proven and restored, by commands that can be copied: nothing but the command line restores. */
export function restoreSteps(backup: RestorableBackup, at: RestoreAt): RestoreStep[] {
  if (backup.state !== 'ok') return [cannot(backup)];
  return backup.kind === 'full' ? fullSteps(backup, at) : scopedSteps(backup, at);
}

/** Of these tables alone, named as SQL has them. */
export function tablesCommand(id: string, tables: readonly string[], { environment }: RestoreAt): string {
  return commandText(['restore', id, '--tables', tables.join(',')], environment);
}

/** What has to be there where the commands are run. */
export function restoreNeeds({ method, encrypted, serverVersion }: RestorableBackup): string[] {
  const major = serverVersion?.match(/^\d+/)?.[0];
  return [
    ...(method === 'pg_dump' && major ? [`pg_restore of version ${major} or newer`] : []),
    ...(encrypted
      ? ['the key, by "backupKeyFile" or "backupKeyCommand": for age an identity, not recipients alone']
      : []),
    'the folder of the backup, and a server with room for it',
  ];
}

function fullSteps({ id, database }: RestorableBackup, { environment }: RestoreAt): RestoreStep[] {
  const command = (...words: string[]) => commandText(words, environment);
  return [
    {
      title: 'Prove it',
      says: 'Reads every file, restores it into a scratch database, which is dropped again, and compares schema and rows.',
      command: command('backup', 'verify', id),
    },
    {
      title: 'Into a new database, beside the one that is there',
      says: `It gets a name of its own, ${database}_restored_ and the time; --into says another one. Nothing else is touched.`,
      command: command('restore', id),
    },
    {
      title: `In the place of ${database}`,
      says: `Asks for the name first. The database that is there is kept, as ${database}_before_restore_ and the time; nobody may be connected to it, or --disconnect ends their sessions.`,
      command: command('restore', id, '--into', database),
    },
  ];
}

function scopedSteps({ id, version, direction }: RestorableBackup, { environment }: RestoreAt): RestoreStep[] {
  if (version === null) return [];
  const by = direction === 'rollback' ? `the rollback of ${version}` : version;
  const beside: RestoreStep = {
    title: 'Into a new database, to look at',
    says: `The schema taskflow_backup there has what ${by} has destroyed; take what you need by INSERT or COPY. Nothing else is touched.`,
    command: commandText(['restore', id], environment),
  };
  if (direction === 'rollback') return [beside];
  return [
    {
      title: 'By a rollback',
      says: `It holds what ${version} has destroyed; the rollback of that version puts it back behind its ROLLBACK section.`,
      command: commandText(['rollback', '--version', version], environment),
    },
    beside,
  ];
}

function cannot({ state }: RestorableBackup): RestoreStep {
  const says = {
    damaged: 'A file is missing, or of another size. Restore from another copy of it, or from another backup.',
    unknown: 'It is of another tool, or of a newer version of this one.',
    partial: 'It is being written, or was when a run was killed; the next backup removes what nobody writes.',
    ok: '',
  }[state];
  return { title: 'It cannot be restored', says, command: null };
}

function commandText(words: readonly string[], environment: string | null): string {
  const all = ['taskflow-db', ...words, ...(environment === null ? [] : ['--env', environment])];
  return all.map(shellWord).join(' ');
}

/** As a POSIX shell takes it for one word. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
