import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { MigrationAnswer } from '../../answers/migration.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { Diff } from '../parts/diff.tsx';
import { EventLine } from '../parts/event-line.tsx';
import { FindingNote } from '../parts/finding.tsx';
import { MigrationActions } from '../parts/migration-actions.tsx';
import { Sql } from '../parts/sql.tsx';
import { StateWord } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { Unreadable } from '../parts/unreadable.tsx';
import { count, formatDuration } from '../parts/words.ts';

export function MigrationScreen({ target, version }: { target: string; version: string }) {
  const { now, refresh } = useResource<MigrationAnswer>(
    targetPath(target, `migrations/${encodeURIComponent(version)}`),
  );
  const { value, fault } = now.value;
  useEffect(() => {
    const line = /^#L\d+$/.exec(location.hash)?.[0];
    if (value && line) document.getElementById(line.slice(1))?.scrollIntoView({ block: 'center' });
  }, [value !== undefined]);
  const up = <Link to={pathOf(target, 'migrations')}>Migrations</Link>;
  if (!value && fault)
    return (
      <Unreadable title={version} fault={fault} retry={refresh}>
        {up}
      </Unreadable>
    );
  if (!value) return <Loading what={version} />;
  return (
    <div class="screen">
      <p class="crumbs">{up}</p>
      <Heading detail={value} />
      <MigrationActions target={target} detail={value} />
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {value.faults.map((problem) => (
        <FaultBox key={problem.message} fault={{ ...problemAsFault(problem) }} />
      ))}
      <Changed detail={value} />
      <div class="grid">
        <Facts detail={value} />
        <Neighbours target={target} detail={value} />
        <FileText detail={value} />
        <Back detail={value} />
        <Panel title="History" class="wide">
          {value.events.length === 0 && <p class="quiet">Nothing has happened to it yet.</p>}
          <ol class="events">
            {value.events.map((event) => (
              <EventLine key={event.seq} target={target} event={event} />
            ))}
          </ol>
        </Panel>
      </div>
    </div>
  );
}

function problemAsFault({ code, message, found, expected, state, next }: MigrationAnswer['faults'][number]) {
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

function Heading({ detail: { migration } }: { detail: MigrationAnswer }) {
  return (
    <header class="head">
      <h1>
        <Shown text={migration.version} /> <StateWord state={migration.state} />
      </h1>
      <p class="quiet">
        <Shown text={migration.description} />
      </p>
      {migration.errorMessage !== null && (
        <p class="complaint">
          <Shown text={migration.errorMessage} />
        </p>
      )}
      {migration.notes.map((note) => (
        <p key={note}>
          <Shown text={note} />
        </p>
      ))}
    </header>
  );
}

/** Only where the file is not what was applied. */
function Changed({ detail: { text, appliedText } }: { detail: MigrationAnswer }) {
  if (text === null || appliedText === null || text === appliedText) return null;
  return (
    <Panel title="Applied, and the file now" class="changed">
      <Diff before={appliedText} after={text} label="What changed in the file since it was applied" />
    </Panel>
  );
}

function Facts({ detail: { migration, headers } }: { detail: MigrationAnswer }) {
  const facts: [string, ComponentChildren][] = [
    ['File', <Shown key="file" text={migration.file ?? 'none'} />],
    ['Kind', migration.type ?? 'not applied'],
    ...(migration.appliedAt === null
      ? []
      : [['Applied', <Time key="at" iso={migration.appliedAt} />] as [string, ComponentChildren]]),
    ...optional('By', migration.appliedBy),
    ...optional('Took', migration.executionTimeMs === null ? null : formatDuration(migration.executionTimeMs)),
    ...optional('Checksum', migration.checksum),
    ...optional('Author', headers?.author),
    ...optional('Date', headers?.date),
    ...optional('Depends', headers?.depends.join(', ')),
    ...optional('Contracts', headers?.contracts.join(', ')),
    ...optional('Requires', headers?.requires.map(({ extension }) => `extension ${extension}`).join(', ')),
    ...optional('Replaces', headers?.replaces.map(({ version }) => version).join(', ')),
    ...optional('Transaction', headers?.transaction),
    ...optional('Lock timeout', headers?.lockTimeoutMs === undefined ? null : formatDuration(headers.lockTimeoutMs)),
    ...(headers?.allow ?? []).map(({ rule, reason }): [string, ComponentChildren] => [
      'Allows',
      <Shown key={rule} text={`${rule}: ${reason}`} />,
    ]),
  ];
  return (
    <Panel title="Facts">
      <dl class="facts">
        {facts.map(([name, value], i) => (
          <div key={`${name} ${i}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function optional(name: string, value: string | null | undefined): [string, ComponentChildren][] {
  return value ? [[name, <Shown key={name} text={value} />]] : [];
}

function Neighbours({ target, detail }: { target: string; detail: MigrationAnswer }) {
  const aside = <Link to={pathOf(target, 'graph', '', { select: detail.migration.version })}>Graph</Link>;
  return (
    <Panel title="Dependencies" aside={aside}>
      <NeighbourList target={target} title="Needs" none="It needs no other." list={detail.needs} />
      <NeighbourList target={target} title="Needed by" none="No other needs it." list={detail.neededBy} />
    </Panel>
  );
}

function NeighbourList(props: { target: string; title: string; none: string; list: MigrationAnswer['needs'] }) {
  const { target, title, none, list } = props;
  return (
    <>
      <h3>{title}</h3>
      {list.length === 0 && <p class="quiet">{none}</p>}
      <ul class="neighbours">
        {list.map(({ version, declared, weak, reasons }) => (
          <li key={version}>
            <Link to={pathOf(target, 'migrations', version)}>
              <Shown text={version} />
            </Link>
            <span class="quiet">
              {declared && ' declared'}
              {weak && ' order alone'}
              {reasons.slice(0, 3).map(({ text, line }) => (
                <span key={`${text} ${line}`}>
                  {' · '}
                  <Shown text={text} /> (line {line})
                </span>
              ))}
              {reasons.length > 3 && ` · ${reasons.length - 3} more`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function FileText({ detail }: { detail: MigrationAnswer }) {
  const { text, appliedText, isLarge, findings, unjudged } = detail;
  const shown = text ?? appliedText;
  const title = text === null && appliedText !== null ? 'SQL as it was applied' : 'File';
  const said = unjudged === null ? count(findings.length, 'finding') : `Not judged: ${unjudged}`;
  return (
    <Panel title={title} class="wide" aside={<span class="quiet">{said}</span>}>
      {isLarge && <p class="quiet">It is too large to be shown.</p>}
      {shown === null && !isLarge && <p class="quiet">Nobody has its SQL.</p>}
      {shown !== null && <Sql text={shown} label={title} notes={text === null ? new Map() : notesOf(findings)} />}
    </Panel>
  );
}

function notesOf(findings: MigrationAnswer['findings']): ReadonlyMap<number, ComponentChildren> {
  const notes = new Map<number, ComponentChildren[]>();
  for (const finding of findings) {
    const note = <FindingNote key={`${finding.rule} ${finding.column}`} finding={finding} isPlaced={false} />;
    notes.set(finding.line, [...(notes.get(finding.line) ?? []), note]);
  }
  return notes;
}

function Back({ detail: { rollback } }: { detail: MigrationAnswer }) {
  return (
    <Panel title="Way back" class="wide">
      {rollback.kind === 'sql' && <Sql text={rollback.sql ?? ''} label="Rollback" isBare />}
      {rollback.kind === 'irreversible' && (
        <p>
          There is none: <Shown text={rollback.reason ?? ''} />
        </p>
      )}
      {rollback.kind === 'none' && <p class="quiet">The file has no ROLLBACK section.</p>}
    </Panel>
  );
}
