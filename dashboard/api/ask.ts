/** What a server says when it cannot or will not: see the table of errors. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly kind: string;
  readonly status: number;
  constructor(kind: string, value: string, status: number) {
    super(value);
    this.kind = kind;
    this.status = status;
  }
}

const signedOut = new EventTarget();

/** Hears that the server no longer knows who we are. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.addEventListener('out', listener);
  return () => signedOut.removeEventListener('out', listener);
}

/** Asks the server by its JSON interface. Throws `Refusal`. */
export async function ask<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const answer = await reach(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      // another site cannot set it, so a forged request changes nothing
      'x-interlock': '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  if (answer.ok) return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
  const refusal = await readRefusal(answer);
  if (refusal.status === 401 && path !== '/v1/session') signedOut.dispatchEvent(new Event('out'));
  throw refusal;
}

async function reach(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch (cause) {
    if ((cause as Error).name === 'AbortError') throw cause;
    throw new Refusal('unreachable', 'The server does not answer.', 0);
  }
}

async function readRefusal(answer: Response): Promise<Refusal> {
  const { kind, value } = (await answer.json().catch(() => ({}))) as { kind?: string; value?: string };
  return new Refusal(kind ?? 'unknown', value ?? `The server answered ${answer.status}.`, answer.status);
}
