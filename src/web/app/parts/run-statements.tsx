import type { RunView } from '../../answers/run.ts';
import { pathOf } from '../data/place.ts';
import { Link, Panel, Shown } from './basics.tsx';
import { Sql } from './sql.tsx';
import { type Tone, Word } from './state.tsx';
import { formatDuration } from './words.ts';

type Focus = NonNullable<RunView['focus']>;
type Statement = Focus['statements']['shown'][number];

const TONES: Readonly<Record<Statement['state'], Tone>> = {
  open: 'quiet',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  undone: 'warn',
};

const WORDS: Readonly<Record<Statement['state'], string>> = {
  open: 'to come',
  running: 'running',
  done: 'done',
  failed: 'failed',
  undone: 'rolled back',
};

/** The migration that is at work, statement by statement. `ageMs`: of the look. */
export function RunStatements({ target, run, ageMs }: { target: string; run: RunView; ageMs: number }) {
  const focus = run.focus!;
  const { total, done, shown } = focus.statements;
  const said = total === 0 ? 'its file is not here' : `${done} of ${total} statements done`;
  const before = (shown[0]?.number ?? 1) - 1;
  const behind = total - before - shown.length;
  return (
    <Panel title={`Statements of ${focus.version}`} class="wide" aside={<span class="quiet">{said}</span>}>
      {before > 0 && <p class="quiet">{before} before these</p>}
      {shown.length > 0 && (
        <div class="scrolls" tabIndex={0}>
          <table class="table run-statements" aria-label="Statements">
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">State</th>
                <th scope="col">Statement</th>
                <th scope="col">Time</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <Row key={one.number} target={target} version={focus.version} one={one} run={run} ageMs={ageMs} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {behind > 0 && <p class="quiet">{behind} behind these</p>}
    </Panel>
  );
}

interface RowProps {
  readonly target: string;
  readonly version: string;
  readonly one: Statement;
  readonly run: RunView;
  readonly ageMs: number;
}

function Row({ target, version, one, run, ageMs }: RowProps) {
  const { line, sql, state, tag, ms } = one;
  const isWaiting = state === 'running' && run.wait !== null;
  return (
    <tr class={`is-${state}`} aria-current={state === 'running' ? 'step' : undefined}>
      <td class="c-line">
        <Link to={`${pathOf(target, 'migrations', version)}#L${line}`}>{line}</Link>
      </td>
      <td class="c-state">
        <Word tone={isWaiting ? 'warn' : TONES[state]} text={isWaiting ? 'waits' : WORDS[state]} />
      </td>
      <td class="c-sql">
        <Sql text={sql} label={`Statement at line ${line}`} isBare />
        {tag !== null && (
          <span class="quiet">
            <Shown text={tag} />
          </span>
        )}
      </td>
      <td class="c-time elapsed">{timeOf(one, ms, run, ageMs)}</td>
    </tr>
  );
}

function timeOf({ state }: Statement, ms: number | null, { process }: RunView, ageMs: number): string {
  if (ms !== null) return formatDuration(ms);
  if (state !== 'running' || process?.state !== 'active' || process.queryMs === null) return '';
  return formatDuration(process.queryMs + ageMs);
}
