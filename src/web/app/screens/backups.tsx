import type { BackupsAnswer } from '../../answers/backups.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { methodText, ProofWord, RecordWord } from '../parts/backup-words.tsx';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { Command } from '../parts/command.tsx';
import { type Tone, Word } from '../parts/state.tsx';
import { Age } from '../parts/time.tsx';
import { count, formatBytes } from '../parts/words.ts';

/** Which backups there are, what is kept in the database, and what goes when. Restored is on the command line alone. */
export function BackupsScreen({ target }: { target: string }) {
  const { now, refresh } = useResource<BackupsAnswer>(targetPath(target, 'backups'));
  const { value, fault } = now.value;
  return (
    <div class="screen">
      <header class="head">
        <h1>Backups</h1>
        {value && (
          <p class="quiet">
            In <Shown text={value.folder} />, on the machine where this console runs.
          </p>
        )}
      </header>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the backups" />}
      {value && (
        <>
          <Backups target={target} backups={value.backups} />
          <div class="grid">
            <RetentionPanel retention={value.retention} />
            <StoresPanel target={target} stores={value.stores} />
          </div>
        </>
      )}
    </div>
  );
}

function Backups({ target, backups }: { target: string; backups: BackupsAnswer['backups'] }) {
  if (backups.length === 0)
    return (
      <>
        <p>There is no backup of this database here.</p>
        <Command text="taskflow-db backup" />
      </>
    );
  return (
    <table class="table backups" aria-label="Backups">
      <thead>
        <tr>
          <th scope="col">Backup</th>
          <th scope="col">Begun</th>
          <th scope="col">Of</th>
          <th scope="col" class="c-number">
            Size
          </th>
          <th scope="col">By</th>
          <th scope="col">Proof</th>
          <th scope="col">Digest of its manifest</th>
          <th scope="col">Run</th>
        </tr>
      </thead>
      <tbody>
        {backups.map((backup) => (
          <BackupRow key={backup.id} target={target} backup={backup} />
        ))}
      </tbody>
    </table>
  );
}

function BackupRow({ target, backup }: { target: string; backup: BackupsAnswer['backups'][number] }) {
  const { id, kind, at, bytes, version, needed, manifestSha256, runId, faults } = backup;
  return (
    <tr>
      <th scope="row">
        <Link to={pathOf(target, 'backups', id)}>{id}</Link>
        {faults.slice(0, 1).map((one) => (
          <div class="said-bad" key={one}>
            <Shown text={one} />
          </div>
        ))}
      </th>
      <td>
        <Age iso={at} />
      </td>
      <td>
        {kind === 'full' ? 'the whole database' : 'what was destroyed'}
        {version !== null && (
          <span class="quiet">
            {' '}
            {kind === 'full' ? 'before' : 'by'} <Shown text={version} />
          </span>
        )}
        {needed && (
          <>
            {' '}
            <Word tone="open" text="a rollback needs it" />
          </>
        )}
      </td>
      <td class="c-number">{bytes === null ? '' : formatBytes(bytes)}</td>
      <td>{methodText(backup)}</td>
      <td>
        <ProofWord {...backup} />
      </td>
      <td class="c-digest">
        {manifestSha256 !== null && <code title={manifestSha256}>{manifestSha256.slice(0, 12)}</code>}{' '}
        {backup.record !== 'none' && <RecordWord record={backup.record} />}
      </td>
      <td>{runId !== null && <RunLink target={target} runId={runId} />}</td>
    </tr>
  );
}

function RunLink({ target, runId }: { target: string; runId: string }) {
  return (
    <Link to={pathOf(target, 'audit', '', { q: runId })} title={`Its events: ${runId}`}>
      {runId.slice(0, 8)}
    </Link>
  );
}

function RetentionPanel({ retention }: { retention: BackupsAnswer['retention'] }) {
  const { remove, spared } = retention;
  const rules = rulesOf(retention);
  return (
    <Panel title="How long they stay">
      <p>
        {rules.length === 0
          ? 'No rule is in force: nothing goes by itself (the setting "keep").'
          : `A backup stays only where every rule lets it: ${rules.join(', ')}.`}
      </p>
      {rules.length > 0 && remove.length === 0 && <p class="quiet">The next prune would remove nothing.</p>}
      {remove.length > 0 && (
        <>
          <p>The next prune would remove {count(remove.length, 'of them', 'of them')}:</p>
          <ul class="attention">
            {remove.map(({ name, bytes, why }) => (
              <li key={name}>
                <Shown text={name} />, {formatBytes(bytes)} <span class="quiet">{why}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {spared.length > 0 && (
        <ul class="attention" aria-label="What stays all the same">
          {spared.map(({ name, why }) => (
            <li key={name}>
              <Shown text={name} /> stays: <span class="quiet">{why}</span>
            </li>
          ))}
        </ul>
      )}
      {rules.length > 0 && <Command text="taskflow-db backup prune --dry-run" />}
    </Panel>
  );
}

function rulesOf({ last, days, bytes }: BackupsAnswer['retention']): string[] {
  return [
    ...(last === null ? [] : [`one of the newest ${last} of its kind`]),
    ...(days === null ? [] : [`at most ${days} days old`]),
    ...(bytes === null ? [] : [`all together at most ${formatBytes(bytes)}`]),
  ];
}

type Store = BackupsAnswer['stores'][number];

const STORE_TONES: Readonly<Record<Store['state'], Tone>> = {
  needed: 'open',
  left: 'warn',
  'lost by rollback': 'warn',
  copying: 'busy',
  unknown: 'quiet',
};

function StoresPanel({ target, stores }: { target: string; stores: readonly Store[] }) {
  return (
    <Panel title="Kept in the database">
      {stores.length === 0 && <p class="quiet">Nothing: no migration has destroyed anything that is still kept.</p>}
      <ul class="attention">
        {stores.map(({ name, bytes, state, version, rows, of, at }) => (
          <li key={name}>
            <Word tone={STORE_TONES[state]} text={state === 'needed' ? 'a rollback needs it' : state} />{' '}
            <code>
              <Shown text={name} />
            </code>{' '}
            {formatBytes(bytes)}
            {rows !== null && `, ${count(rows, 'row')}`}
            {of !== null && (
              <>
                {' '}
                of <Shown text={of} />
              </>
            )}
            <span class="quiet">
              {version !== null && (
                <>
                  , by{' '}
                  <Link to={pathOf(target, 'migrations', version)}>
                    <Shown text={version} />
                  </Link>
                </>
              )}
              {at !== null && (
                <>
                  {' '}
                  <Age iso={at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
