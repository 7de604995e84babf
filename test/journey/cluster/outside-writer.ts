import { setTimeout as sleep } from 'node:timers/promises';

const answerMs = 8000;
const pauseMs = 500;
const prefix = 'outside/';

/** What an outsider's writes came to. */
export interface Writes {
  acknowledged: number;
  /** Acknowledged, and not there at the end. */
  lost: string[];
  /** Longest time without an acknowledged write, in seconds. */
  longestGap: number;
}

/** Writes a new key again and again to whichever member answers, until `finish` looks for all that were acknowledged. */
export function startWriter(endpoints: readonly string[]): { finish(): Promise<Writes> } {
  const acknowledged: string[] = [];
  let longestGap = 0;
  let last = Date.now();
  let isOver = false;
  let preferred = 0;

  const writing = (async () => {
    for (let number = 1; !isOver; number++) {
      const key = `${prefix}${String(number).padStart(6, '0')}`;
      const endpoint = endpoints[preferred % endpoints.length]!;
      const answer = await post(endpoint, 'kv/put', { key: encode(key), value: encode(key) });
      if (answer) {
        acknowledged.push(key);
        longestGap = Math.max(longestGap, Date.now() - last);
        last = Date.now();
        await sleep(pauseMs);
      } else {
        // a write without an answer may be there or not: it is not counted, and the next key goes elsewhere
        preferred++;
      }
    }
  })();

  return {
    async finish() {
      isOver = true;
      await writing;
      const there = new Set<string>();
      for (let tries = 0; there.size === 0 && tries < 20; tries++) {
        for (const key of await readKeys(endpoints[tries % endpoints.length]!)) there.add(key);
      }
      return {
        acknowledged: acknowledged.length,
        lost: acknowledged.filter((key) => !there.has(key)),
        longestGap: longestGap / 1000,
      };
    },
  };
}

async function readKeys(endpoint: string): Promise<string[]> {
  const end = `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;
  const answer = await post(endpoint, 'kv/range', {
    key: encode(prefix),
    range_end: encode(end),
    keys_only: true,
  });
  const found = (answer?.kvs ?? []) as { key: string }[];
  return found.map(({ key }) => Buffer.from(key, 'base64').toString());
}

/** One request to one member, as a program outside the fleet makes it; null without a good answer in time. */
export async function post(
  endpoint: string,
  path: string,
  body: object,
): Promise<Record<string, unknown> | null> {
  try {
    const answer = await fetch(`${endpoint}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerMs),
    });
    return answer.ok ? ((await answer.json()) as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
