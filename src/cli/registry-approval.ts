import type { Command } from './context.ts';
import { BACKUP_FLAG } from './registry-backup.ts';
import type { FlagSpec, PositionalSpec } from './spec.ts';

const HASH: PositionalSpec = { name: 'HASH', summary: 'hash of the plan, or its first eight digits or more' };

/** Who is at work, where the name of the operating system's user does not say it. */
export const BY_FLAG: FlagSpec = {
  name: 'by',
  value: 'NAME',
  summary: 'who you are (default: your user name here)',
  rare: true,
};

const by: FlagSpec = { ...BY_FLAG, rare: false };
const reason: FlagSpec = { name: 'reason', value: 'TEXT', summary: 'why; kept in the audit trail' };

/** The second person of the two-person rule. */
export const APPROVAL_COMMAND: Command = {
  name: 'approval',
  summary: 'have a second person agree to a run',
  description: `Where the configuration says "approval": "required", or with --require-approval, migrate and rollback run only what another person has approved: exactly these files in this order, with these checksums, on this database, on top of what is applied there. Any change of that voids the approval. It is for one run, and for a time ("approvalHours").

Requests, approvals and what became of them are events of the audit trail. See docs/approvals.md.`,
  flags: [],
  examples: [],
  subcommands: [
    {
      name: 'request',
      summary: 'ask for the approval of a run',
      description: `Plans what migrate, or rollback, would do now with the same options, and puts on record that you want to run it. Prints the hash of the plan, for whoever is to agree.`,
      positionals: [
        {
          name: 'ACTION',
          optional: true,
          choices: ['migrate', 'rollback'],
          summary: 'what is to be run (default: migrate)',
        },
      ],
      flags: [
        reason,
        by,
        { name: 'to', value: 'VERSION', completes: 'version', summary: 'as of migrate and rollback' },
        { name: 'only', value: 'VERSION', completes: 'version', summary: 'as of migrate' },
        { name: 'plan', value: 'FILE', completes: 'file', summary: 'as of migrate: what plan --out has written' },
        { name: 'allow-late', summary: 'as of migrate' },
        { name: 'single-transaction', summary: 'as of migrate' },
        { name: 'force-contract', value: 'REASON', summary: 'as of migrate', rare: true },
        { name: 'version', value: 'VERSION', completes: 'version', summary: 'as of migrate and rollback' },
        { name: 'cascade', summary: 'as of rollback' },
        { name: 'steps', value: 'N', summary: 'as of rollback' },
        { name: 'no-data', summary: 'as of rollback', rare: true },
        BACKUP_FLAG,
      ],
      examples: [
        { line: 'taskflow-db approval request --reason "release 4.2"', says: 'for all that is pending' },
        { line: 'taskflow-db approval request rollback --to 012 --reason "hotfix"', says: 'for the way back' },
      ],
      load: () => import('./commands/approval-request.ts'),
    },
    {
      name: 'list',
      summary: 'show what was asked for and approved',
      description: `Lists the requests with who has asked, who has decided, and until when an approval holds; of those that are open, what has moved since and makes them void. It writes nothing.`,
      flags: [{ name: 'all', summary: 'all that have ended, too' }],
      examples: [{ line: 'taskflow-db approval list', says: 'what waits for somebody to agree' }],
      load: () => import('./commands/approval-list.ts'),
    },
    {
      name: 'show',
      summary: 'show one request with its plan',
      description: `Shows all that an approval of this plan is bound to: files and checksums in their order, the database, what is applied. "plan" shows what it would do.`,
      positionals: [HASH],
      flags: [],
      examples: [{ line: 'taskflow-db approval show 4f2a91c3', says: 'before you agree' }],
      load: () => import('./commands/approval-show.ts'),
    },
    {
      name: 'approve',
      summary: 'agree to a plan that another person has asked for',
      description: `Plans it anew, from your files, and puts on record that you agree, if it is what was asked for. You cannot approve what you have asked for yourself, nor run what you have approved.`,
      positionals: [HASH],
      flags: [reason, by],
      examples: [{ line: 'taskflow-db approval approve 4f2a91c3', says: 'it may be run, once' }],
      load: () => import('./commands/approval-approve.ts'),
    },
    {
      name: 'reject',
      summary: 'say no to a plan that another person has asked for',
      description: 'Puts on record that you do not agree, and why.',
      positionals: [HASH],
      flags: [reason, by],
      examples: [{ line: 'taskflow-db approval reject 4f2a91c3 --reason "not before Monday"', says: 'on record' }],
      load: () => import('./commands/approval-reject.ts'),
    },
    {
      name: 'revoke',
      summary: 'take back a request or an approval',
      description:
        'Ends a request, or an approval that no run has used yet. Whoever may write to the audit trail may do so.',
      positionals: [HASH],
      flags: [reason, by],
      examples: [{ line: 'taskflow-db approval revoke 4f2a91c3 --reason "superseded"', says: 'on record' }],
      load: () => import('./commands/approval-revoke.ts'),
    },
  ],
};
