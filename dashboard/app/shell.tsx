import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../protocol/api/dashboard.ts';
import { type Line, onLine } from '../api/live.ts';
import { signOut } from '../api/session.ts';
import { Mark } from '../components/mark.tsx';
import { State } from '../components/signal.tsx';
import { ThemeSwitch } from '../components/theme.tsx';
import type { PageName } from '../router/routes.ts';

const links: readonly (readonly [string, string, readonly PageName[]])[] = [
  ['/', 'Overview', ['overview']],
  ['/rollouts', 'Rollouts', ['rollouts', 'rollout']],
  ['/hosts', 'Hosts', ['hosts', 'host']],
  ['/releases', 'Releases', ['releases', 'release', 'compare']],
  ['/locks', 'Lock', ['locks']],
  ['/audit', 'Audit', ['audit']],
];

interface ShellProps {
  session: SessionAnswer;
  page: PageName | undefined;
  leave(): void;
  children: ComponentChildren;
}

/** What stands around every page: the way to the others, whether news arrive, and who is logged in. */
export function Shell({ session, page, leave, children }: ShellProps) {
  const [open, setOpen] = useState(false);
  const out = async () => {
    await signOut().catch(() => undefined);
    leave();
  };
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
          <div class="rail-foot">
            <LineState />
            <p class="who">
              {session.name || session.id.slice(0, 8)} <span class="quiet">{session.role}</span>
            </p>
            <ThemeSwitch />
            <button type="button" class="plain" onClick={() => void out()}>
              Log out
            </button>
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

const lines: Record<Line, readonly ['go' | 'caution' | 'dark', string]> = {
  live: ['go', 'Live'],
  lost: ['caution', 'No news: reconnecting'],
  off: ['dark', 'Connecting'],
};

function LineState() {
  const [line, set] = useState<Line>('off');
  useEffect(() => onLine(set), []);
  const [tone, label] = lines[line];
  return <State tone={tone}>{label}</State>;
}
