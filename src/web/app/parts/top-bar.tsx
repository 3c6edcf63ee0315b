import { useEffect, useRef } from 'preact/hooks';
import type { SessionAnswer } from '../../answers/session.ts';
import { isProduction } from '../data/actions.ts';
import { awayBecause, connection } from '../data/live.ts';
import { go, pathOf, place } from '../data/place.ts';
import { signOut } from '../data/session.ts';
import { THEMES, type Theme, theme } from '../data/theme.ts';
import { Link, Shown } from './basics.tsx';
import { Word } from './state.tsx';

type Target = SessionAnswer['targets'][number];

const SCREENS = [
  ['', 'Overview'],
  ['migrations', 'Migrations'],
  ['plan', 'Plan'],
  ['run', 'Run'],
  ['graph', 'Graph'],
  ['schema', 'Schema'],
  ['approvals', 'Approvals'],
  ['data', 'Data'],
  ['backups', 'Backups'],
  ['audit', 'Audit'],
] as const;

export function TopBar({ session, target }: { session: SessionAnswer; target: Target }) {
  const { screen } = place.value;
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where they do not fit, the one that is open is seen. Nothing else is scrolled.
    const show = () => {
      const open = tabs.current?.querySelector<HTMLElement>('[aria-current]');
      if (tabs.current && open)
        tabs.current.scrollLeft = open.offsetLeft - (tabs.current.clientWidth - open.offsetWidth) / 2;
    };
    show();
    addEventListener('resize', show);
    return () => removeEventListener('resize', show);
  }, [screen]);
  return (
    <header class="top">
      {(target.production || isProduction.value) && <p class="production">Production: {target.name}</p>}
      <div class="top-row">
        <span class="brand">taskflow-db</span>
        <TargetChoice session={session} target={target} />
        <Connection />
        <span class="top-space" />
        <span
          class="user"
          title={session.mayWrite ? 'Started with --write' : 'Started without --write: nothing can be changed'}
        >
          <Shown text={session.user.name} /> <small>{session.mayWrite ? session.user.role : 'read only'}</small>
        </span>
        <ThemeChoice />
        <button type="button" class="plain" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
      <nav ref={tabs} class="tabs" aria-label="Screens">
        {SCREENS.map(([name, title]) => (
          <Link key={name} to={pathOf(target.name, name)} current={screen === name}>
            {title}
          </Link>
        ))}
      </nav>
    </header>
  );
}

function TargetChoice({ session, target }: { session: SessionAnswer; target: Target }) {
  if (session.targets.length === 1)
    return (
      <strong class="target" title={target.description}>
        <Shown text={target.name} />
      </strong>
    );
  return (
    <select
      class="target"
      aria-label="Database"
      value={target.name}
      onChange={({ currentTarget }) => go(pathOf(currentTarget.value, place.value.screen))}
    >
      {session.targets.map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

const SAID = {
  connecting: ['quiet', 'connecting', 'The page is about to follow what happens'],
  live: ['good', 'live', 'What happens is shown at once'],
  away: ['bad', 'database away', ''],
  lost: ['bad', 'console away', 'taskflow-db serve does not answer; what is shown may be old'],
} as const;

function Connection() {
  const [tone, text, title] = SAID[connection.value];
  return (
    <span class="connection" role="status" title={awayBecause.value || title}>
      <Word tone={tone} text={text} />
    </span>
  );
}

function ThemeChoice() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] as Theme;
  return (
    <button
      type="button"
      class="plain"
      title={`Colours: ${theme.value}; next: ${next}`}
      onClick={() => {
        theme.value = next;
      }}
    >
      {theme.value === 'system' ? 'Auto' : theme.value === 'light' ? 'Light' : 'Dark'}
    </button>
  );
}
