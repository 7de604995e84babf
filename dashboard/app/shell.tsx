import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../protocol/api/dashboard.ts';
import { type Connection, reconnect } from '../api/events.ts';
import { ApiError } from '../api/request.ts';
import { signOut } from '../api/session.ts';
import { useConnection } from '../api/use-connection.ts';
import { Mark } from '../components/mark.tsx';
import { Notice } from '../components/notice.tsx';
import { State } from '../components/signal.tsx';
import { ThemeSwitch } from '../components/theme.tsx';
import type { Tone } from '../labels/tone.ts';
import type { PageName } from '../router/routes.ts';

const links: readonly (readonly [string, string, readonly PageName[]])[] = [
  ['/', 'Overview', ['overview']],
  ['/rollouts', 'Rollouts', ['rollouts', 'rollout', 'plan']],
  ['/hosts', 'Hosts', ['hosts', 'host']],
  ['/hosts/user-data', 'User-data', ['userData']],
  ['/releases', 'Releases', ['releases', 'release', 'compare', 'change', 'policy']],
  ['/packages', 'Packages', ['packages']],
  ['/locks', 'Lock', ['locks']],
  ['/audit', 'Audit', ['audit']],
  ['/tokens', 'Tokens', ['tokens']],
];

interface ShellProps {
  session: SessionAnswer;
  page: PageName | undefined;
  onLogout(): void;
  children: ComponentChildren;
}

/** What surrounds every page: the menu, the state of the connection, and who is logged in. */
export function Shell({ session, page, onLogout, children }: ShellProps) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [page, children]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="rail">
        <a class="brand" href="/" aria-label="Interlock, overview">
          <Mark /> Interlock
        </a>
        <button
          type="button"
          class="menu"
          aria-expanded={open}
          aria-controls="rail-body"
          onClick={() => setOpen(!open)}
        >
          Menu
        </button>
        <div id="rail-body" class={open ? 'rail-body open' : 'rail-body'}>
          <Menu page={page} />
          <div class="rail-foot">
            <ConnectionState />
            <p class="who">
              {session.name || session.id.slice(0, 8)} <span class="quiet">{session.role}</span>
            </p>
            <ThemeSwitch />
            <Logout onLogout={onLogout} />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Away />
        {children}
      </main>
    </div>
  );
}

function Menu({ page }: { page: PageName | undefined }) {
  return (
    <nav aria-label="Pages">
      <ul>
        {links.map(([path, name, pages]) => (
          <li key={path}>
            <a href={path} aria-current={page && pages.includes(page) ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const connections: Record<Connection, readonly [Tone, string]> = {
  live: ['go', 'Live'],
  lost: ['caution', 'Reconnecting'],
  off: ['dark', 'Connecting'],
};

function ConnectionState() {
  const [tone, label] = connections[useConnection()];
  return <State tone={tone}>{label}</State>;
}

/** Says above everything else that the figures are old because the server is away. */
function Away() {
  if (useConnection() !== 'lost') return null;
  return (
    <div class="away">
      <Notice tone="stop" title="The server does not respond: what you see may be out of date.">
        <p>Hosts keep running and hold to the lock meanwhile. The dashboard tries again by itself.</p>
        <button type="button" onClick={reconnect}>
          Try now
        </button>
      </Notice>
    </div>
  );
}

function Logout({ onLogout }: { onLogout(): void }) {
  const [problem, setProblem] = useState('');
  const logOut = async () => {
    try {
      await signOut();
    } catch (error) {
      // the server ended the session already; after any other error the cookie still works
      const isOver = error instanceof ApiError && error.status === 401;
      if (!isOver) return setProblem((error as Error).message);
    }
    onLogout();
  };
  return (
    <>
      <button type="button" class="plain" onClick={() => void logOut()}>
        Log out
      </button>
      {problem && (
        <p class="problem small" role="alert">
          Not logged out: {problem}
        </p>
      )}
    </>
  );
}
