import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../protocol/api/dashboard.ts';
import { connectEvents, disconnectEvents } from '../api/events.ts';
import { onSignedOut } from '../api/request.ts';
import { loadSession, SessionContext } from '../api/session.ts';
import { forgetKnown } from '../api/use-query.ts';
import { Announcer, announce } from '../components/announce.tsx';
import { Boundary } from '../components/boundary.tsx';
import { Loading } from '../components/loading.tsx';
import { Notice } from '../components/notice.tsx';
import { Page } from '../components/page.tsx';
import { LoginPage } from '../pages/login.tsx';
import { useAddress } from '../router/navigate.ts';
import { findRoute } from '../router/routes.ts';
import { loadAllPages, PageByName } from './pages.tsx';
import { Shell } from './shell.tsx';

/** The page that was asked for comes first. */
const idleMs = 1500;

/** The whole dashboard: the login page, or the page that the address names. */
export function App() {
  const [session, setSession] = useState<SessionAnswer | null | undefined>();
  const [problem, setProblem] = useState('');

  const begin = () => {
    setProblem('');
    loadSession().then(setSession, (error: Error) => setProblem(error.message));
  };
  useEffect(() => {
    begin();
    return onSignedOut(() => {
      setSession(null);
      announce('The session has ended.');
    });
  }, []);
  useEffect(() => {
    if (!session) {
      forgetKnown();
      return disconnectEvents();
    }
    connectEvents();
    const idle = setTimeout(() => void loadAllPages(), idleMs);
    return () => clearTimeout(idle);
  }, [session]);

  return (
    <>
      <Announcer />
      {session === undefined && (
        <div class="alone">
          {problem ? (
            <Notice tone="stop" title={problem}>
              <button type="button" onClick={begin}>
                Try again
              </button>
            </Notice>
          ) : (
            <Loading />
          )}
        </div>
      )}
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
  return (
    <Shell session={session} page={route?.page} onLogout={onLogout}>
      <Boundary key={pathname} part="This page" of={searchParams}>
        {route ? <PageByName name={route.page} params={route.params} query={searchParams} /> : <NotFound />}
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
