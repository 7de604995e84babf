/** Why the server refused a request or could not be reached; `kind` is a code of the error table. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly kind: string;
  readonly status: number;
  constructor(kind: string, value: string, status: number) {
    super(value);
    this.kind = kind;
    this.status = status;
  }
}

const signedOut = new EventTarget();

/** Calls back when the server no longer accepts the session. Returns what ends that. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.addEventListener('out', listener);
  return () => signedOut.removeEventListener('out', listener);
}

/** Sends a request to the JSON API and returns the response. Throws `ApiError`. */
export async function request<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await reach(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      // other sites cannot set this header, so a forged request changes nothing
      'x-interlock': '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  if (response.ok) return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  const error = await readError(response);
  if (error.status === 401 && path !== '/v1/session') signedOut.dispatchEvent(new Event('out'));
  throw error;
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if ((cause as Error).name === 'AbortError') throw cause;
    throw new ApiError('unreachable', 'Cannot reach the server.', 0);
  }
}

async function readError(response: Response): Promise<ApiError> {
  // a proxy may send a page instead of JSON: the status then says all there is to say
  const { kind, value } = (await response.json().catch(() => ({}))) as { kind?: string; value?: string };
  return new ApiError(
    kind ?? 'unknown',
    value ?? `The server responded ${response.status}.`,
    response.status,
  );
}
