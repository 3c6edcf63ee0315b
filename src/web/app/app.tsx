import { useEffect } from 'preact/hooks';
import type { SessionAnswer } from '../answers/session.ts';
import { beginActions } from './data/actions.ts';
import { follow } from './data/live.ts';
import { go, pathOf, place } from './data/place.ts';
import { session } from './data/session.ts';
import { forgetRun } from './data/told-run.ts';
import { ActionStrip } from './parts/action-strip.tsx';
import { Shown } from './parts/basics.tsx';
import { useKeys } from './parts/keys.ts';
import { Lazy } from './parts/lazy.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { AuditScreen } from './screens/audit.tsx';
import { MigrationScreen } from './screens/migration.tsx';
import { MigrationsScreen } from './screens/migrations.tsx';
import { OverviewScreen } from './screens/overview.tsx';
import { PlanScreen } from './screens/plan.tsx';

export function App() {
  const now = session.value;
  if (now.kind === 'asking') return <p class="loading">Signing in …</p>;
  if (now.kind === 'out') return <SignedOut why={now.why} />;
  return <Signed session={now.session} />;
}

function SignedOut({ why }: { why: string }) {
  return (
    <main class="signed-out">
      <h1>taskflow-db</h1>
      <p>{why}</p>
    </main>
  );
}

function Signed({ session: now }: { session: SessionAnswer }) {
  const { target: named } = place.value;
  const first = now.targets[0]!;
  const target = now.targets.find(({ name }) => name === named);
  useEffect(() => {
    if (named === '') go(pathOf(first.name), 'replace');
  }, [named]);
  useEffect(() => {
    if (!target) return undefined;
    forgetRun();
    void beginActions(target.name);
    return follow(target.name);
  }, [target?.name]);
  useKeys(target?.name ?? first.name);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <TopBar session={now} target={target ?? first} />
      {target && <ActionStrip target={target.name} />}
      <main id="content" key={target?.name}>
        {target ? <Screen target={target.name} /> : named !== '' && <NoSuch what={`target ${named}`} />}
      </main>
    </>
  );
}

function Screen({ target }: { target: string }) {
  const { screen, item } = place.value;
  if (screen === '') return <OverviewScreen target={target} />;
  if (screen === 'migrations' && item === '') return <MigrationsScreen target={target} />;
  if (screen === 'migrations') return <MigrationScreen key={item} target={target} version={item} />;
  if (screen === 'plan') return <PlanScreen target={target} />;
  if (screen === 'run') return <Lazy what="the run" load={loadRun} props={{ target }} />;
  if (screen === 'graph') return <Lazy what="the graph" load={loadGraph} props={{ target }} />;
  if (screen === 'schema') return <Lazy what="the schema" load={loadSchema} props={{ target, item }} />;
  if (screen === 'approvals') return <Lazy what="the approvals" load={loadApprovals} props={{ target, hash: item }} />;
  if (screen === 'data' && item === '') return <Lazy what="the data migrations" load={loadData} props={{ target }} />;
  if (screen === 'data') return <Lazy key={item} what="the run" load={loadDataRun} props={{ target, version: item }} />;
  if (screen === 'backups' && item === '') return <Lazy what="the backups" load={loadBackups} props={{ target }} />;
  if (screen === 'backups') return <Lazy key={item} what="the backup" load={loadBackup} props={{ target, id: item }} />;
  if (screen === 'audit') return <AuditScreen target={target} />;
  return <NoSuch what={`screen ${screen}`} />;
}

const loadSchema = async () => (await import('./screens/schema.tsx')).SchemaScreen;
const loadRun = async () => (await import('./screens/run.tsx')).RunScreen;
const loadBackups = async () => (await import('./screens/backups.tsx')).BackupsScreen;
const loadBackup = async () => (await import('./screens/backup.tsx')).BackupScreen;
const loadData = async () => (await import('./screens/data.tsx')).DataScreen;
const loadDataRun = async () => (await import('./screens/data-run.tsx')).DataRunScreen;
const loadGraph = async () => (await import('./screens/graph.tsx')).GraphScreen;

const loadApprovals = async () => (await import('./screens/approvals.tsx')).ApprovalsScreen;

function NoSuch({ what }: { what: string }) {
  return (
    <div class="screen">
      <h1>
        There is no <Shown text={what} />.
      </h1>
    </div>
  );
}
