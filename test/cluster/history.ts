import { lockKey } from '../../protocol/lock/lock-value.ts';

/** One value the lock had. */
export interface Revision {
  revision: number;
  text: string;
}

const quietMs = 15_000;

/** Every value a group's lock ever had, as one member gives it: a watch from the first revision up to `last`. */
export async function readHistory(endpoint: string, group: string, last: number): Promise<Revision[]> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error(`${endpoint} gave no whole history`)), quietMs);
  const key = Buffer.from(lockKey(group)).toString('base64');
  const revisions: Revision[] = [];
  try {
    const answer = await fetch(`${endpoint}/v3/watch`, {
      method: 'POST',
      body: JSON.stringify({ create_request: { key, start_revision: '1' } }),
      signal: stop.signal,
    });
    let rest = '';
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      revisions.push(...lines.flatMap(eventsOf));
      if ((revisions.at(-1)?.revision ?? 0) >= last) break;
    }
    return revisions;
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

function eventsOf(line: string): Revision[] {
  if (!line.trim()) return [];
  const { result } = JSON.parse(line) as {
    result?: { events?: { type?: string; kv: { mod_revision: string; value?: string } }[] };
  };
  return (result?.events ?? []).map(({ type, kv }) => ({
    revision: Number(kv.mod_revision),
    text: type === 'DELETE' ? '' : Buffer.from(kv.value ?? '', 'base64').toString('utf8'),
  }));
}
