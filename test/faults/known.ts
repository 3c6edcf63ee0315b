/**
 * What the engine does not withstand yet, by case and by what the check says of it. Such a case is tried all the same, and
 * counted apart; anything else that it breaks is a failure. Run with --known to see them as failures.
 */
interface Known {
  readonly cases: RegExp;
  readonly says: RegExp;
  readonly why: string;
}

const KNOWN: readonly Known[] = [
  {
    cases: /./,
    says: /^(at message \d+: )?(Error: )?the run ended with an error that is no Problem: (Error: Connection terminated|Error: Client has encountered|error: terminating connection|error: relation "public.schema_migrations" does not exist)/,
    why: 'a session that is lost under some queries throws what the driver threw',
  },
  {
    cases: /^(process|takeover)/,
    says: /does not say what happened(?:.|\n)*error\[internal\]: this is a bug in taskflow-db: (Connection terminated|Client has|invalid input syntax for type)/,
    why: 'the same, as the command line tool shows it; and a transaction that the fence refused in a woken run',
  },
  {
    cases: /\/rollback\//,
    says: /^begun, and nothing says how it ended/,
    why: 'a rollback that was killed stays open in the audit trail until the same version is touched again',
  },
  {
    cases: /^takeover\/\d+\/\w+\/stall/,
    says: /the run that takes over hangs/,
    why: 'the silent run holds a transaction that its lease does not show: of the layout, or of a statement half sent',
  },
];

export function isKnown(name: string, text: string): boolean {
  return KNOWN.some(({ cases, says }) => cases.test(name) && says.test(text));
}
