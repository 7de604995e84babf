import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../protocol/api/dashboard.ts';
import { signIn } from '../api/session.ts';
import { Command } from '../components/copy.tsx';
import { Mark } from '../components/mark.tsx';
import { ThemeSwitch } from '../components/theme.tsx';

/** Asks for a token; the browser keeps only a cookie that scripts cannot read. */
export function LoginPage({ onLogin }: { onLogin(session: SessionAnswer): void }) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Log in · Interlock';
    input.current?.focus();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      onLogin(await signIn(input.current?.value ?? ''));
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
      input.current?.select();
    }
  };

  return (
    <main class="login" id="main">
      <p class="brand">
        <Mark /> Interlock
      </p>
      <h1>Log in to the dashboard</h1>
      <form onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>Token</span>
          <input
            ref={input}
            type="password"
            name="token"
            required
            autocomplete="current-password"
            aria-describedby="login-problem"
            aria-invalid={Boolean(problem)}
          />
        </label>
        <p id="login-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="solid" disabled={busy}>
          Log in
        </button>
      </form>
      <section class="hint" aria-labelledby="no-token">
        <h2 id="no-token">No token yet?</h2>
        <p>
          The server printed an admin token at its first start. To create another one, run on the server’s
          machine:
        </p>
        <Command text="interlock token create --role operator --name you --data DIR" />
        <p>
          A <b>viewer</b> can read, an <b>operator</b> can also act on rollouts and hosts, an <b>admin</b> can
          do everything.
        </p>
      </section>
      <ThemeSwitch />
    </main>
  );
}
