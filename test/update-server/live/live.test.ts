import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../../protocol/api/dashboard.ts';
import type { Role } from '../../../protocol/api/operator.ts';
import { parseSubject } from '../../../update-server/domain/audit/subject.ts';
import { changesOf } from '../../../update-server/live/changes.ts';
import { type Live, openLive } from '../../../update-server/live/live.ts';
import type { ChangeStore, Changes } from '../../../update-server/store/interface/changes.ts';
import { enrolHost } from '../support/enrol.ts';
import { bearer, logIn, makeApp, type TestApp } from '../support/make-app.ts';

describe('what a second brought', () => {
  const news = (parts: Partial<Changes>): Changes => ({
    position: { audit: 0, report: 0 },
    lines: [],
    reporters: [],
    rollouts: [],
    ...parts,
  });
  const rollout = (confirmed: number) => ({
    id: 'r',
    state: 'running' as const,
    inFlight: 1,
    confirmed,
    failed: 0,
  });

  it('is one change per rollout however many hosts moved, and none while none did', () => {
    const first = changesOf(news({ rollouts: [rollout(0)] }), new Map());
    expect(first.changes).toEqual([{ kind: 'rollout', id: 'r', what: 'progress' }]);
    expect(changesOf(news({ rollouts: [rollout(0)] }), first.known).changes).toEqual([]);
    expect(changesOf(news({ rollouts: [rollout(900)] }), first.known).changes).toHaveLength(1);
    expect(changesOf(news({}), first.known).changes).toEqual([
      { kind: 'rollout', id: 'r', what: 'progress' },
    ]);
  });

  it('names hosts that reported, and no single one when many did', () => {
    const reporters = Array.from({ length: 21 }, (_, n) => `host-${n}`);
    expect(changesOf(news({ reporters: reporters.slice(1) }), new Map()).changes).toHaveLength(20);
    expect(changesOf(news({ reporters }), new Map()).changes).toEqual([
      { kind: 'hosts', id: '', what: 'report' },
    ]);
  });

  it('says of each line of the audit log what it is about', () => {
    const about = (action: string, subject: string) =>
      changesOf(news({ lines: [{ action, subject: parseSubject(subject) }] }), new Map()).changes[0];
    expect(about('hold', 'host 1')).toEqual({ kind: 'host', id: '1', what: 'hold' });
    expect(about('halt', 'rollout 2')).toEqual({ kind: 'rollout', id: '2', what: 'halt' });
    expect(about('publish', 'core')).toEqual({ kind: 'channel', id: 'core', what: 'publish' });
    expect(about('set policy', 'core/beta')).toEqual({ kind: 'policy', id: 'core/beta', what: 'set policy' });
    expect(about('log in', 'token 3')).toEqual({ kind: 'session', id: '', what: 'log in' });
  });
});

describe('the line', () => {
  let desk: TestApp;
  let url: string;
  beforeEach(async () => {
    desk = await makeApp();
    await desk.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(desk.app.server.address() as AddressInfo).port}/v1/events`;
  });
  afterEach(() => desk.close());

  it('tells within two seconds what somebody did, and ends at once when the server stops', async () => {
    const { store, clock, tokens, app } = desk;
    const at = clock.now.toISOString();
    const answer = await fetch(url, { headers: { cookie: await logIn(app, tokens.viewer) } });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const lines = listen(answer);
    await enrolHost(store, 'host-0001', at);
    await store.hold('host-0001', true, {
      at,
      who: 'test',
      action: 'hold',
      subject: { kind: 'host', id: 'host-0001' } as const,
      detail: '',
    });
    expect(await next(lines)).toEqual({ kind: 'channel', id: '', what: 'enroll' });
    expect(await next(lines)).toEqual({ kind: 'host', id: 'host-0001', what: 'hold' });
    const began = performance.now();
    await desk.app.close();
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await next(lines)).toBeUndefined();
  });

  it('takes so many pages of one token and no more, and a place that somebody leaves is free', async () => {
    const headers = bearer(desk.tokens.viewer);
    const stops = Array.from({ length: 17 }, () => new AbortController());
    const answers = await Promise.all(
      stops.slice(0, 16).map(({ signal }) => fetch(url, { headers, signal })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await fetch(url, { headers });
    expect([refused.status, ((await refused.json()) as { kind: string }).kind]).toEqual([503, 'overloaded']);
    expect(refused.headers.get('retry-after')).toBe('60');
    stops[0]!.abort();
    await expect
      .poll(async () => (await fetch(url, { headers, signal: stops[16]!.signal })).status)
      .toBe(200);
    for (const stop of stops) stop.abort();
    // undici keeps one of the connections open
    desk.app.server.closeAllConnections();
  });
});

describe('places', () => {
  const nothing: Changes = { position: { audit: 0, report: 0 }, lines: [], reporters: [], rollouts: [] };
  const quiet = { changePosition: async () => nothing.position, changes: async () => nothing };
  const fill = (live: Live, pages: number, who: (page: number) => { id: string; role: Role }) =>
    Array.from({ length: pages }, (_, page) => live.listen(ignore, ignore, who(page))).filter(Boolean).length;
  const ignore = () => {};

  it.each([
    ['one viewer', (_: number) => ({ id: 'one', role: 'viewer' as const }), 16],
    ['a hundred viewers', (page: number) => ({ id: `v${page}`, role: 'viewer' as const }), 48],
    [
      'viewers and publishers',
      (page: number) => ({ id: `${page}`, role: page % 2 ? ('publisher' as const) : ('viewer' as const) }),
      48,
    ],
    ['one operator', (_: number) => ({ id: 'one', role: 'operator' as const }), 16],
  ])('%s leave some to another operator', (_name, who, places) => {
    const live = openLive(quiet, ignore);
    expect(fill(live, 200, who)).toBe(places);
    expect(live.listen(ignore, ignore, { id: 'admin', role: 'admin' })).toBeDefined();
    live.end();
  });
});

describe('a store that fails', () => {
  const line = { action: 'hold', subject: { kind: 'host', id: '1' } as const };
  let audit = 0;
  const works: ChangeStore = {
    changePosition: async () => ({ audit, report: 0 }),
    changes: async () => ({
      position: { audit: ++audit, report: 0 },
      lines: [line],
      reporters: [],
      rollouts: [],
    }),
  };
  const failing = (times: number) => {
    let left = times;
    return async () => {
      if (left-- > 0) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' });
    };
  };

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    [
      'the first look',
      (fail: () => Promise<void>) => ({ changePosition: () => fail().then(works.changePosition) }),
      1,
    ],
    [
      'several looks',
      (fail: () => Promise<void>) => ({ changePosition: () => fail().then(works.changePosition) }),
      5,
    ],
    [
      'reading what changed',
      (fail: () => Promise<void>) => ({
        changes: (...of: Parameters<ChangeStore['changes']>) => fail().then(() => works.changes(...of)),
      }),
      3,
    ],
  ])('%s is asked again, and its pages read everything anew', async (_name, part, times) => {
    const told: string[] = [];
    const heard: Change[] = [];
    const live = openLive({ ...works, ...part(failing(times)) }, (problem) => told.push(problem));
    live.listen(
      (change) => heard.push(change),
      () => {},
    );
    await vi.advanceTimersByTimeAsync(1000 * (times + 2));
    expect(told).toHaveLength(times);
    expect(told[0]).toContain('SQLITE_IOERR_READ');
    expect(heard[0]).toEqual({ kind: 'other', id: '', what: 'gap' });
    expect(heard.at(-1)).toEqual({ kind: 'host', id: '1', what: 'hold' });
    live.end();
  });

  it('is heard again by a page that comes after all others left', async () => {
    const live = openLive(
      { ...works, changePosition: () => failing(0)().then(works.changePosition) },
      () => {},
    );
    live.listen(
      () => {},
      () => {},
    )?.();
    await vi.advanceTimersByTimeAsync(3000);
    const heard: Change[] = [];
    live.listen(
      (change) => heard.push(change),
      () => {},
    );
    await vi.advanceTimersByTimeAsync(2000);
    expect(heard).not.toEqual([]);
    live.end();
  });

  it('a page that throws takes nothing from the others', async () => {
    const heard: Change[] = [];
    const live = openLive(works, () => {});
    live.listen(
      () => {
        throw new Error('gone');
      },
      () => {},
    );
    live.listen(
      (change) => heard.push(change),
      () => {},
    );
    await vi.advanceTimersByTimeAsync(2500);
    expect(heard.length).toBeGreaterThan(0);
    live.end();
  });
});

async function* listen(answer: Response): AsyncGenerator<Change> {
  let text = '';
  for await (const bytes of answer.body!) {
    text += Buffer.from(bytes).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length)) as Change;
    }
  }
}

async function next(lines: AsyncGenerator<Change>): Promise<Change | undefined> {
  const { value } = await lines.next();
  return value as Change | undefined;
}
