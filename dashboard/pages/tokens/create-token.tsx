import { useState } from 'preact/hooks';
import type { Role, TokenInfo } from '../../../protocol/api/operator.ts';
import { request } from '../../api/request.ts';
import { announce } from '../../components/announce.tsx';
import { Copy } from '../../components/copy.tsx';
import { roles } from '../../labels/role.ts';

type Made = TokenInfo & { token: string };

const lives: Readonly<Record<string, readonly [string, number]>> = {
  '': ['never', 0],
  '1d': ['in a day', 1],
  '30d': ['in 30 days', 30],
  '90d': ['in 90 days', 90],
  '365d': ['in a year', 365],
};
const dayMs = 86_400_000;

/** Makes a token, and shows its secret this once. */
export function CreateToken({ created }: { created(): void }) {
  const [made, setMade] = useState<Made | null>(null);
  const [problem, setProblem] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const { role, name, life } = Object.fromEntries(new FormData(form)) as Record<string, string>;
    const days = lives[life ?? '']?.[1] ?? 0;
    const ends = days > 0 ? { expires: new Date(Date.now() + days * dayMs).toISOString() } : {};
    setProblem('');
    try {
      setMade(await request<Made>('POST', '/v1/tokens', { role, name: name?.trim(), ...ends }));
      form.reset();
      announce('The token is created. Copy it now: it is shown only once.');
      created();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      {made && <Secret of={made} onDone={() => setMade(null)} />}
      <form class="form" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>Name</span>
          <input name="name" required maxLength={128} autocomplete="off" />
          <small>Who uses it, or what. The audit log shows it.</small>
        </label>
        <label class="field">
          <span>Role</span>
          <select name="role">
            {(Object.keys(roles) as Role[]).map((role) => (
              <option key={role} value={role}>
                {role}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Expires</span>
          <select name="life">
            {Object.entries(lives).map(([life, [label]]) => (
              <option key={life} value={life}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <p class="form-end">
          <button type="submit" class="solid">
            Create token
          </button>
        </p>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </>
  );
}

function Secret({ of: { token, name, role }, onDone }: { of: Made; onDone(): void }) {
  return (
    <div class="notice caution">
      <div class="secret">
        <p class="notice-title">
          The {role} token {name}: copy it now, it is shown only once.
        </p>
        <div class="command plain-text">
          <code>{token}</code>
          <Copy text={token} what="token" />
        </div>
        <button type="button" onClick={onDone}>
          I have it
        </button>
      </div>
    </div>
  );
}
