/**
 * Every kind of problem that a person can meet, in one ordered registry: the stable code (printed, in `--json`, in the
 * docs) and the exit status that follows from it. A code, once released, keeps its meaning.
 */
export const EXIT = { done: 0, failed: 1, usage: 2, different: 3, gaveUp: 4, interrupted: 130 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export const PROBLEMS = {
  // wrong usage or configuration
  usage: EXIT.usage,
  'config-invalid': EXIT.usage,
  'target-missing': EXIT.usage,
  'target-conflict': EXIT.usage,
  'target-invalid': EXIT.usage,
  'confirmation-needed': EXIT.usage,
  'folder-unreadable': EXIT.usage,
  'snapshot-mismatch': EXIT.usage,
  // reading migrations
  'file-name': EXIT.failed,
  'file-unreadable': EXIT.failed,
  'file-encoding': EXIT.failed,
  'file-empty': EXIT.failed,
  'sql-lexical': EXIT.failed,
  'header-invalid': EXIT.failed,
  'section-invalid': EXIT.failed,
  'data-invalid': EXIT.failed,
  'psql-command': EXIT.failed,
  'transaction-control': EXIT.failed,
  'snapshot-invalid': EXIT.failed,
  'plan-invalid': EXIT.failed,
  'statistics-invalid': EXIT.failed,
  catalogue: EXIT.failed,
  'version-unknown': EXIT.usage,
  'version-ambiguous': EXIT.usage,
  // order and history
  order: EXIT.failed,
  'late-migration': EXIT.failed,
  manifest: EXIT.failed,
  'renumber-refused': EXIT.failed,
  'checksum-mismatch': EXIT.failed,
  'not-tracked': EXIT.failed,
  'tracking-layout': EXIT.failed,
  'baseline-mismatch': EXIT.failed,
  'drift-refused': EXIT.failed,
  'plan-moved': EXIT.failed,
  'approval-unknown': EXIT.usage,
  'approval-needed': EXIT.failed,
  'approval-refused': EXIT.failed,
  'squash-refused': EXIT.failed,
  'squash-differs': EXIT.failed,
  'squash-incomplete': EXIT.failed,
  'expand-refused': EXIT.failed,
  irreversible: EXIT.failed,
  'rollback-refused': EXIT.failed,
  interrupted: EXIT.failed,
  // data migrations
  'data-key': EXIT.failed,
  'data-moved': EXIT.failed,
  'data-held': EXIT.failed,
  'code-failed': EXIT.failed,
  // backups
  'backup-unknown': EXIT.failed,
  'backup-damaged': EXIT.failed,
  'backup-key': EXIT.failed,
  'restore-refused': EXIT.failed,
  'restore-failed': EXIT.failed,
  // the server and the way to it
  connection: EXIT.failed,
  authentication: EXIT.failed,
  'server-unsupported': EXIT.failed,
  'server-read-only': EXIT.failed,
  'connection-lost': EXIT.failed,
  'taken-over': EXIT.failed,
  'embedded-unavailable': EXIT.failed,
  'scratch-unavailable': EXIT.failed,
  // running
  'statement-failed': EXIT.failed,
  'verify-failed': EXIT.failed,
  'permission-denied': EXIT.failed,
  'backup-refused': EXIT.failed,
  'backup-failed': EXIT.failed,
  preflight: EXIT.failed,
  'dry-run-stopped': EXIT.failed,
  'lock-timeout': EXIT.gaveUp,
  'runner-busy': EXIT.gaveUp,
  cancelled: EXIT.interrupted,
  difference: EXIT.different,
  internal: EXIT.failed,
} as const satisfies Record<string, ExitStatus>;

export type ProblemCode = keyof typeof PROBLEMS;
