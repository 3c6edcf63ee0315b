import type { ActionNews } from '../../answers/action.ts';
import type { RunView } from '../../answers/run.ts';
import { pathOf } from '../data/place.ts';
import { FaultBox, Link, Panel, Shown } from './basics.tsx';
import { Word } from './state.tsx';
import { count } from './words.ts';

interface RunEndProps {
  readonly target: string;
  readonly action: ActionNews | undefined;
  readonly run: RunView | undefined;
}

/** How it ended, where it failed, what is true of the database now, and what to do next. Nothing as long as it goes on. */
export function RunEnd({ target, action, run }: RunEndProps) {
  if (action?.state === 'running') return null;
  if (action?.problem) return <ActionFault target={target} problem={action.problem} run={run} />;
  if (!run) return action ? <Done target={target} text="It is done." /> : null;
  const failed = run.migrations.find(({ failure, state }) => failure !== null && state !== 'done');
  if (run.outcome === 'done') return <Done target={target} text={doneText(run)} />;
  if (run.outcome === 'interrupted') return <Interrupted target={target} run={run} />;
  if (!failed) return null;
  return <Failed target={target} run={run} failed={failed} />;
}

function Done({ target, text }: { target: string; text: string }) {
  return (
    <Panel title="How it ended" class="wide">
      <p>
        <Word tone="good" text="done" /> {text}
      </p>
      <p>
        Next: <Link to={pathOf(target)}>Overview</Link>, or the <Link to={pathOf(target, 'plan')}>plan</Link> of what is
        still pending.
      </p>
    </Panel>
  );
}

function doneText({ migrations, kind }: RunView): string {
  const done = migrations.filter(({ state }) => state === 'done').length;
  if (kind === 'dry run') return 'Rolled back, as every dry run: nothing was changed.';
  return `${count(done, 'migration')} ${kind === 'roll back' ? 'rolled back' : 'applied'}.`;
}

/** What stands of it. */
function soFarText({ migrations, kind }: RunView): string {
  const done = migrations.filter(({ state }) => state === 'done').length;
  if (kind === 'dry run') return 'Nothing was changed.';
  const what = kind === 'roll back' ? 'rolled back' : 'applied';
  return done === 0
    ? `Nothing was ${what}.`
    : `${count(done, 'migration')} ${done === 1 ? 'was' : 'were'} ${what} before that, and stay${done === 1 ? 's' : ''} so.`;
}

type Problem = NonNullable<ActionNews['problem']>;

/** All that the engine says of it. */
function ActionFault({ target, problem, run }: { target: string; problem: Problem; run: RunView | undefined }) {
  const { where, server, version } = problem;
  return (
    <Panel title="How it ended" class="wide">
      {run && <p>{soFarText(run)}</p>}
      {where && (
        <p>
          <Link
            to={`${pathOf(target, 'migrations', version ?? '')}${where.line === undefined ? '' : `#L${where.line}`}`}
          >
            <Shown text={[where.file, where.line, where.column].filter((one) => one !== undefined).join(':')} />
          </Link>
        </p>
      )}
      {where?.lineText !== undefined && <Place text={where.lineText} column={where.column} />}
      {server && <ServerSaid server={server} />}
      <FaultBox fault={faultOf(problem)} />
    </Panel>
  );
}

function ServerSaid({
  server: { severity = 'ERROR', message, sqlstate, detail, hint },
}: {
  server: NonNullable<Problem['server']>;
}) {
  return (
    <div class="complaint">
      {severity}: <Shown text={message} /> ({sqlstate})
      {[detail, hint].map(
        (more) =>
          more !== undefined && (
            <div key={more}>
              <Shown text={more} />
            </div>
          ),
      )}
    </div>
  );
}

/** The line, with a caret under the column. */
function Place({ text, column }: { text: string; column: number | undefined }) {
  return (
    <pre class="query">
      <Shown text={text} />
      {column !== undefined && `\n${' '.repeat(Math.max(0, column - 1))}^`}
    </pre>
  );
}

function faultOf({ code, message, found, expected, state, next }: Problem) {
  return {
    status: 0,
    code,
    message,
    ...(found === undefined ? {} : { found }),
    ...(expected === undefined ? {} : { expected }),
    ...(state === undefined ? {} : { state }),
    ...(next === undefined ? {} : { next }),
  };
}

type Migration = RunView['migrations'][number];

/** Of a run that was begun elsewhere: what its audit trail holds. */
function Failed({ target, run, failed }: { target: string; run: RunView; failed: Migration }) {
  const { version, failure, steps, state } = failed;
  const at = failure?.line == null ? '' : `#L${failure.line}`;
  const file = run.focus?.version === version ? run.focus.file : null;
  return (
    <Panel title="How it ended" class="wide">
      <p>
        <Word tone={state === 'cancelled' ? 'warn' : 'bad'} text={state} />{' '}
        <Link to={`${pathOf(target, 'migrations', version)}${at}`}>
          <Shown text={[file ?? version, failure?.line, failure?.column].filter((one) => one != null).join(':')} />
        </Link>
      </p>
      <p class="complaint">
        <Shown text={failure?.message ?? ''} />
        {failure?.sqlstate != null && ` (${failure.sqlstate})`}
      </p>
      <p>{soFarText(run)}</p>
      <p>{stateText(run, steps)}</p>
      <p>Next: {nextText(run, state)}</p>
    </Panel>
  );
}

function stateText({ kind }: RunView, steps: Migration['steps']): string {
  const what = kind === 'roll back' ? 'the rollback of this migration' : 'this migration';
  if (!steps || steps.done === 0) return `Rolled back: the database is as it was before ${what}.`;
  return `${steps.done} of ${steps.of} steps are done and on record; the next run goes on with step ${steps.done + 1}.`;
}

function nextText({ kind }: RunView, state: Migration['state']): string {
  const again = kind === 'roll back' ? 'roll it back again' : 'apply it again';
  return state === 'cancelled' ? `${again} when it fits.` : `mend what the message says, then ${again}.`;
}

/** It holds the lease no more, and has not said how it ended. */
function Interrupted({ target, run }: { target: string; run: RunView }) {
  return (
    <Panel title="How it ended" class="wide">
      <p>
        <Word tone="bad" text="interrupted" /> It was killed or cut off before it could say how it ended.
      </p>
      <p>
        A migration is applied and on record, or neither. The next run goes on where this one stopped; what is pending
        is in the <Link to={pathOf(target, 'plan')}>plan</Link>.
      </p>
      <p class="quiet">Its last sign of life: {run.endedAt ?? 'none'}</p>
    </Panel>
  );
}
