import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../protocol/desk.ts';
import { useAddress } from './navigate.ts';
import { AuditPage } from './pages/audit.tsx';
import { ComparePage } from './pages/compare.tsx';
import { HostPage } from './pages/host/host.tsx';
import { HostsPage } from './pages/hosts.tsx';
import { LocksPage } from './pages/locks.tsx';
import { LoginPage } from './pages/login.tsx';
import { OverviewPage } from './pages/overview/overview.tsx';
import { ReleasePage } from './pages/release.tsx';
import { ReleasesPage } from './pages/releases.tsx';
import { RolloutPage } from './pages/rollout/rollout.tsx';
import { RolloutsPage } from './pages/rollouts.tsx';
import { Announcer, announce } from './parts/announce.tsx';
import { Boundary } from './parts/boundary.tsx';
import { Page } from './parts/page.tsx';
import { type PageName, placeOf } from './routes.ts';
import { onSignedOut } from './server/ask.ts';
import { closeLine, openLine } from './server/live.ts';
import { SessionContext, whoAmI } from './server/session.ts';
import { Shell } from './shell.tsx';

/** What a page is given: the named parts of its path, and the words of its query. */
export interface PageProps {
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

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

/** The whole page: who is there, and what they look at. */
export function Desk() {
  const [session, setSession] = useState<SessionAnswer | null | undefined>();
  const [problem, setProblem] = useState('');

  useEffect(() => {
    whoAmI().then(setSession, (error: Error) => setProblem(error.message));
    return onSignedOut(() => {
      setSession(null);
      announce('The session has ended.');
    });
  }, []);
  useEffect(() => {
    if (session) openLine();
    else closeLine();
  }, [session]);

  return (
    <>
      <Announcer />
      {problem && <p class="problem alone">{problem}</p>}
      {session === null && <LoginPage onLogin={setSession} />}
      {session && (
        <SessionContext.Provider value={session}>
          <Shown session={session} leave={() => setSession(null)} />
        </SessionContext.Provider>
      )}
    </>
  );
}

function Shown({ session, leave }: { session: SessionAnswer; leave(): void }) {
  const { pathname, searchParams } = useAddress();
  const place = placeOf(pathname);
  const Found = place ? pages[place.page] : Nowhere;
  return (
    <Shell session={session} page={place?.page} leave={leave}>
      <Boundary key={pathname} part="This page" of={searchParams}>
        <Found params={place?.params ?? {}} query={searchParams} />
      </Boundary>
    </Shell>
  );
}

function Nowhere() {
  return (
    <Page title="Nothing is here">
      <p>
        This address leads to no page. <a href="/">To the overview</a>
      </p>
    </Page>
  );
}
