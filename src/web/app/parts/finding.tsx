import type { MigrationAnswer } from '../../answers/migration.ts';
import { Shown } from './basics.tsx';
import { Sql } from './sql.tsx';
import { type Tone, Word } from './state.tsx';

export type Finding = MigrationAnswer['findings'][number];

const TONES: Readonly<Record<Finding['severity'], Tone>> = { error: 'bad', warning: 'warn', note: 'quiet' };

/** A finding of the linter below its line, or in a list. */
export function FindingNote({ finding, isPlaced = true }: { finding: Finding; isPlaced?: boolean }) {
  const { severity, line, rule, message, why, fix, allowed } = finding;
  return (
    <div class={`finding finding-${severity}`}>
      <p>
        <Word tone={allowed === null ? TONES[severity] : 'quiet'} text={allowed === null ? severity : 'allowed'} />{' '}
        <code>{rule}</code> <Shown text={message} />
        {isPlaced && <span class="quiet"> (line {line})</span>}
      </p>
      {allowed !== null && (
        <p class="quiet">
          Allowed in the file: <Shown text={allowed} />
        </p>
      )}
      {(why !== null || fix !== null) && (
        <details>
          <summary>{fix === null ? 'Why' : 'Why, and what to do'}</summary>
          {why !== null && (
            <p>
              <Shown text={why} />
            </p>
          )}
          {fix !== null && <FixSql fix={fix} />}
        </details>
      )}
    </div>
  );
}

function FixSql({ fix: { title, steps } }: { fix: NonNullable<Finding['fix']> }) {
  return (
    <>
      <p>
        <Shown text={title} />:
      </p>
      {steps.map(({ name, sql }) => (
        <Sql key={name} text={sql.map((one) => `${one};`).join('\n')} label={name} isBare />
      ))}
    </>
  );
}
