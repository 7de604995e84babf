import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../protocol/api/dashboard.ts';
import { connectEvents, disconnectEvents } from '../api/events.ts';
import { onSignedOut } from '../api/request.ts';
import { loadSession, SessionContext } from '../api/session.ts';
import { Announcer, announce } from '../components/announce.tsx';
import { Boundary } from '../components/boundary.tsx';
import { Page } from '../components/page.tsx';
import { AuditPage } from '../pages/audit.tsx';
import { ComparePage } from '../pages/compare.tsx';
import { HostPage } from '../pages/host/host.tsx';
import { HostsPage } from '../pages/hosts/hosts.tsx';
import { LocksPage } from '../pages/locks/locks.tsx';
import { LoginPage } from '../pages/login.tsx';
import { OverviewPage } from '../pages/overview/overview.tsx';
import { ReleasePage } from '../pages/release/release.tsx';
import { ReleasesPage } from '../pages/releases/releases.tsx';
import { RolloutPage } from '../pages/rollout/rollout.tsx';
import { RolloutsPage } from '../pages/rollouts.tsx';
import { useAddress } from '../router/navigate.ts';
import { findRoute, type PageName, type PageProps } from '../router/routes.ts';
import { Shell } from './shell.tsx';

const pages: Record<PageName, ComponentType<PageProps>> = {
  overview: OverviewPage,
  rollouts: RolloutsPage,
  rollout: RolloutPage,
  hosts: HostsPage,
  host: HostPage,
  releases: ReleasesPage,
  compare: ComparePage,
  release: ReleasePage,
  locks: LocksPage,
  audit: AuditPage,
};

/** The whole dashboard: the login page, or the page that the address names. */
export function App() {
  const [session, setSession] = useState<SessionAnswer | null | undefined>();
  const [problem, setProblem] = useState('');

  useEffect(() => {
    loadSession().then(setSession, (error: Error) => setProblem(error.message));
    return onSignedOut(() => {
      setSession(null);
      announce('The session has ended.');
    });
  }, []);
  useEffect(() => {
    if (session) connectEvents();
    else disconnectEvents();
  }, [session]);

  return (
    <>
      <Announcer />
      {problem && <p class="problem alone">{problem}</p>}
      {session === null && <LoginPage onLogin={setSession} />}
      {session && (
        <SessionContext.Provider value={session}>
          <Shown session={session} onLogout={() => setSession(null)} />
        </SessionContext.Provider>
      )}
    </>
  );
}

function Shown({ session, onLogout }: { session: SessionAnswer; onLogout(): void }) {
  const { pathname, searchParams } = useAddress();
  const route = findRoute(pathname);
  const Found = route ? pages[route.page] : NotFound;
  return (
    <Shell session={session} page={route?.page} onLogout={onLogout}>
      <Boundary key={pathname} part="This page" of={searchParams}>
        <Found params={route?.params ?? {}} query={searchParams} />
      </Boundary>
    </Shell>
  );
}

function NotFound() {
  return (
    <Page title="Page not found">
      <p>
        There is no page at this address. <a href="/">Go to the overview</a>
      </p>
    </Page>
  );
}
