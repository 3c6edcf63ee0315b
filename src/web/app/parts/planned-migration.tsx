import type { TriedMigration, TriedStatement } from '../../answers/dry-run.ts';
import type { PlanAnswer } from '../../answers/plan.ts';
import { pathOf } from '../data/place.ts';
import { Link, Shown } from './basics.tsx';
import { type Finding, FindingNote } from './finding.tsx';
import { Measured } from './measured.tsx';
import { Sql } from './sql.tsx';
import { Word } from './state.tsx';
import { count, formatBytes, rowsText } from './words.ts';

type Planned = PlanAnswer['migrations'][number];
type Step = Planned['steps'][number];
type Statement = Step['statements'][number];

interface PlannedProps {
  readonly target: string;
  readonly migration: Planned;
  /** From 1. */
  readonly place: number;
  readonly findings: readonly Finding[];
  /** What a dry run has measured. */
  readonly tried?: TriedMigration | undefined;
}

/** One migration of a plan: its steps, and of each statement the lock, what it blocks and how long. */
export function PlannedMigration({ target, migration, place, findings, tried }: PlannedProps) {
  const { version, description, why, mode, steps, rollback, destroys } = migration;
  return (
    <section class="panel planned" aria-label={version}>
      <header class="panel-head">
        <h2>
          <span class="quiet">{place}.</span>{' '}
          <Link to={pathOf(target, 'migrations', version)}>
            <Shown text={version} />
          </Link>
        </h2>
        <span class="quiet">
          {modeText(mode, steps.length)},{' '}
          {rollback.kind === 'sql'
            ? 'can be undone'
            : rollback.kind === 'irreversible'
              ? 'irreversible'
              : 'no way back'}
        </span>
      </header>
      <p class="quiet">
        <Shown text={description} />
        {why !== '' && (
          <>
            {' '}
            (<Shown text={why} />)
          </>
        )}
      </p>
      {destroys.map((one) => (
        <p key={one}>
          <Word tone="bad" text="destroys" /> <Shown text={one} />
        </p>
      ))}
      {rollback.loses.map((one) => (
        <p key={one} class="quiet">
          Going back loses: <Shown text={one} />
        </p>
      ))}
      <Findings findings={findings} />
      {steps.map((step, i) => (
        <StepPart
          key={i}
          step={step}
          place={i + 1}
          isOnly={steps.length === 1}
          file={pathOf(target, 'migrations', version)}
          tried={tried}
        />
      ))}
    </section>
  );
}

function modeText(mode: Planned['mode'], steps: number): string {
  if (mode === 'batches') return 'in batches';
  return mode === 'transaction' ? 'one transaction' : count(steps, 'step');
}

interface StepProps {
  readonly step: Step;
  readonly place: number;
  readonly isOnly: boolean;
  readonly file: string;
  readonly tried: TriedMigration | undefined;
}

function StepPart({ step, place, isOnly, file, tried }: StepProps) {
  const { transactional, reason, done, statements, statementCount } = step;
  const left = statementCount - statements.length;
  return (
    <div class="step">
      {(!isOnly || !transactional) && (
        <h3>
          Step {place}: {transactional ? 'a transaction' : 'outside a transaction'}
          {reason !== null && (
            <span class="quiet">
              {' '}
              (<Shown text={reason} />)
            </span>
          )}
          {done && <Word tone="good" text="done" />}
        </h3>
      )}
      <div class="scrolls" tabIndex={0}>
        <table class="table statements">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Statement</th>
              <th scope="col">Locks, and what they stop</th>
              <th scope="col">Takes</th>
              {tried && <th scope="col">Measured</th>}
            </tr>
          </thead>
          <tbody>
            {statements.map((statement) => (
              <StatementRow
                key={`${statement.line}:${statement.column}`}
                statement={statement}
                file={file}
                isTried={tried !== undefined}
                tried={tried?.statements.find(
                  ({ line, column }) => line === statement.line && column === statement.column,
                )}
              />
            ))}
          </tbody>
        </table>
      </div>
      {left > 0 && <p class="quiet">and {count(left, 'statement')} that nobody notices</p>}
    </div>
  );
}

/** `file`: the address of the migration, where the whole statement stands. */
interface StatementProps {
  readonly statement: Statement;
  readonly file: string;
  readonly isTried: boolean;
  readonly tried: TriedStatement | undefined;
}

function StatementRow({ statement, file, isTried, tried }: StatementProps) {
  const { line, sql, locks, rewrites, scans, time, unforeseen } = statement;
  return (
    <tr>
      <td class="c-line">
        <Link to={`${file}#L${line}`}>{line}</Link>
      </td>
      <td class="c-sql">
        <Sql text={sql} label={`Statement at line ${line}`} isBare />
        {unforeseen !== null && (
          <p class="quiet">
            Not foreseen: <Shown text={unforeseen} />
          </p>
        )}
      </td>
      <td>
        <Locks locks={locks} />
      </td>
      <td class="c-time">
        <div>{time}</div>
        {rewrites && <Word tone="warn" text="rewrites the table" />}
        {scans && !rewrites && <Word tone="quiet" text="reads all rows" />}
      </td>
      {isTried && (
        <td class="c-measured">{tried ? <Measured tried={tried} /> : <span class="quiet">not tried</span>}</td>
      )}
    </tr>
  );
}

/** Those that somebody notices, a line each; the others by their number. */
function Locks({ locks }: { locks: Statement['locks'] }) {
  const felt = locks.filter(({ isNew, stalls }) => !isNew && stalls !== null);
  const others = locks.length - felt.length;
  const named = locks.filter((one) => !felt.includes(one)).map(({ lock, relation }) => `${lock} on ${relation}`);
  return (
    <>
      {felt.map(({ relation, lock, stalls, blocks, rows, bytes }) => (
        <div key={`${relation} ${lock}`} class="lock" title={`It blocks ${blocks}`}>
          <code>{lock}</code> on <Shown text={relation} />{' '}
          <span class="quiet">
            {[rowsText(rows), bytes === null ? '' : formatBytes(bytes)].filter((one) => one !== '').join(', ')}
          </span>{' '}
          <Word tone="warn" text={`stops ${stalls}`} />
        </div>
      ))}
      {others > 0 && (
        <span class="quiet" title={named.join('\n')}>
          {felt.length > 0 ? 'and ' : ''}
          {count(others, 'lock')} that {others === 1 ? 'stops' : 'stop'} nobody
        </span>
      )}
      {locks.length === 0 && <span class="quiet">none</span>}
    </>
  );
}

/** Errors and warnings are open, notes are behind their number. */
function Findings({ findings }: { findings: readonly Finding[] }) {
  const isNote = ({ severity, allowed }: Finding) => severity === 'note' || allowed !== null;
  const list = (some: readonly Finding[]) =>
    some.map((finding) => <FindingNote key={`${finding.rule} ${finding.line} ${finding.column}`} finding={finding} />);
  const notes = findings.filter(isNote);
  return (
    <>
      {list(findings.filter((finding) => !isNote(finding)))}
      {notes.length > 0 && (
        <details class="notes">
          <summary>{count(notes.length, 'note')} of the linter</summary>
          {list(notes)}
        </details>
      )}
    </>
  );
}
