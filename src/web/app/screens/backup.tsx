import { useSignal } from '@preact/signals';
import { tablesCommand } from '../../../backup/restore-steps.ts';
import type { BackupAnswer } from '../../answers/backups.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { ProofWord, RecordWord } from '../parts/backup-words.tsx';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { Command } from '../parts/command.tsx';
import { Word } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { count, formatBytes, formatDuration } from '../parts/words.ts';

/** One backup in files, and how its data come back. */
export function BackupScreen({ target, id }: { target: string; id: string }) {
  const path = targetPath(target, `backups/${encodeURIComponent(id)}`);
  const { now, refresh } = useResource<BackupAnswer>(path);
  const { value, fault } = now.value;
  return (
    <div class="screen">
      <p class="crumbs">
        <Link to={pathOf(target, 'backups')}>Backups</Link>
      </p>
      <h1>
        <Shown text={id} /> {value && <ProofWord state={value.state} verified={value.verified} />}
      </h1>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the backup" />}
      {value && <Backup target={target} backup={value} />}
    </div>
  );
}

function Backup({ target, backup }: { target: string; backup: BackupAnswer }) {
  const { faults, made } = backup;
  return (
    <>
      {faults.map((one) => (
        <p class="complaint" key={one}>
          <Shown text={one} />
        </p>
      ))}
      <div class="grid">
        <RestorePanel backup={backup} />
        <MadePanel target={target} backup={backup} />
        <ProofPanel backup={backup} />
        {made && made.kept.length > 0 && <KeptPanel kept={made.kept} />}
        {made && backup.kind === 'full' && <TablesPanel backup={backup} made={made} />}
        {made && <FilesPanel made={made} />}
      </div>
    </>
  );
}

function RestorePanel({ backup: { steps, needs, environment } }: { backup: BackupAnswer }) {
  return (
    <Panel title="To restore it" class="wide">
      {steps.map(({ title, says, command }) => (
        <section key={title} class="restore-step">
          <h3>
            <Shown text={title} />
          </h3>
          <p>
            <Shown text={says} />
          </p>
          {command !== null && <Command text={command} />}
        </section>
      ))}
      {needs.length > 0 && (
        <p class="quiet">
          In a terminal{environment === null ? ', with the connection that this console was started with' : ''}. It
          takes <Shown text={needs.join('; ')} />.
        </p>
      )}
    </Panel>
  );
}

function MadePanel({ target, backup }: { target: string; backup: BackupAnswer }) {
  const { made, manifestSha256, runId, record } = backup;
  return (
    <Panel title="How it was made">
      {!made && <p class="quiet">Its manifest cannot be read.</p>}
      <dl class="facts">
        {made && <MadeFacts made={made} />}
        {runId !== null && (
          <Fact name="Run">
            <Link to={pathOf(target, 'audit', '', { q: runId })}>{runId}</Link>
          </Fact>
        )}
        {manifestSha256 !== null && (
          <Fact name="Manifest">
            SHA-256 <code class="hash">{manifestSha256}</code> <RecordWord record={record} />
          </Fact>
        )}
      </dl>
      {made && [...made.leftOut, ...made.leavingOut].length > 0 && (
        <p class="note">
          Not in it: <Shown text={[...made.leftOut, ...made.leavingOut].join('; ')} />
        </p>
      )}
    </Panel>
  );
}

type Made = NonNullable<BackupAnswer['made']>;

function MadeFacts({ made }: { made: Made }) {
  const took = Date.parse(made.finishedAt) - Date.parse(made.startedAt);
  return (
    <>
      <Fact name="As of">
        <Time iso={made.startedAt} />, in {formatDuration(Math.max(0, took))}
      </Fact>
      <Fact name="By">
        <Shown text={made.writtenBy.join(', ')} />
      </Fact>
      <Fact name="Server">
        PostgreSQL <Shown text={made.serverVersion} />
      </Fact>
      <Fact name="Size">
        {formatBytes(made.bytes)} (<Shown text={made.compression} />
        {made.encrypted ? ', encrypted' : ''}) of {formatBytes(made.databaseBytes)}
      </Fact>
      {made.applied !== null && (
        <Fact name="Applied">
          {count(made.applied, 'version')}
          {made.lastApplied !== null && (
            <>
              , the last <Shown text={made.lastApplied} />
            </>
          )}
        </Fact>
      )}
      {made.version !== null && (
        <Fact name="For">
          <Shown text={made.version} />
        </Fact>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const CHECKS = { files: 'digests', restore: 'restore', catalog: 'schema', rows: 'rows' } as const;

function ProofPanel({ backup: { verified, checks } }: { backup: BackupAnswer }) {
  return (
    <Panel title="Last proof">
      {!verified && <p class="quiet">It was never restored for a proof. A backup that was never restored is a hope.</p>}
      {verified && (
        <p>
          <Word tone={verified.ok ? 'good' : 'bad'} text={verified.ok ? 'right' : 'wrong'} /> <Time iso={verified.at} />
          {verified.server === null ? ', digests only' : ' on '}
          <Shown text={verified.server ?? ''} />, by <Shown text={verified.tool} />
        </p>
      )}
      <ul class="attention">
        {checks.map(({ name, ok, detail }) => (
          <li key={name}>
            <Word tone={ok === null ? 'quiet' : ok ? 'good' : 'bad'} text={CHECKS[name]} /> <Shown text={detail} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function KeptPanel({ kept }: { kept: Made['kept'] }) {
  return (
    <Panel title="What it holds">
      <ul class="attention">
        {kept.map(({ of, rows }) => (
          <li key={of}>
            <Shown text={of} />
            {rows !== null && <span class="quiet"> {count(rows, 'row')}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Which tables it has; those that are chosen make the command that restores them alone. */
function TablesPanel({ backup, made }: { backup: BackupAnswer; made: Made }) {
  const chosen = useSignal<readonly string[]>([]);
  const rows = made.rows === null ? '' : `, ${made.rows.toLocaleString('en')} rows`;
  const title = `${count(made.tablesInAll, 'table')}${rows}, ${count(made.sequences, 'sequence')}`;
  return (
    <Panel title={title} class="wide">
      <p class="quiet">
        Choose tables for the command that restores them alone: those that are missing are made, those that are there
        must be empty.
      </p>
      {chosen.value.length > 0 && backup.state === 'ok' && (
        <Command text={tablesCommand(backup.id, chosen.value, { environment: backup.environment })} />
      )}
      <ul class="backup-tables">
        {made.tables.map(({ name, rows: amount }) => (
          <li key={name}>
            <label>
              <input
                type="checkbox"
                checked={chosen.value.includes(name)}
                onChange={({ currentTarget }) => {
                  const others = chosen.value.filter((one) => one !== name);
                  chosen.value = currentTarget.checked ? [...others, name] : others;
                }}
              />{' '}
              <Shown text={name} /> <span class="quiet">{amount?.toLocaleString('en') ?? 'not counted'}</span>
            </label>
          </li>
        ))}
      </ul>
      {made.tables.length < made.tablesInAll && (
        <p class="quiet">and {made.tablesInAll - made.tables.length} more, in its manifest</p>
      )}
    </Panel>
  );
}

const FILES_SHOWN = 20;

function FilesPanel({ made }: { made: Made }) {
  return (
    <Panel title={count(made.filesInAll, 'file')} class="wide">
      <details>
        <summary>Sizes and digests</summary>
        <ul class="attention">
          {made.files.slice(0, FILES_SHOWN).map(({ path, bytes, sha256 }) => (
            <li key={path}>
              <Shown text={path} />, {formatBytes(bytes)} <code class="hash">{sha256}</code>
            </li>
          ))}
        </ul>
        {made.filesInAll > FILES_SHOWN && (
          <p class="quiet">and {made.filesInAll - FILES_SHOWN} more, in its manifest</p>
        )}
      </details>
    </Panel>
  );
}
