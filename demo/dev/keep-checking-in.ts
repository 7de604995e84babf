import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeHost } from '../../test/dashboard/support/fake-host.ts';

/** One host checks in that often. */
const pauseMs = 2000;
/** Each one of so many check-ins takes an update, if one is offered. */
const updateEvery = 5;
/** These stay silent, so that the dashboard has something to warn about. */
const silent = [22, 23, 24];

/** Lets the hosts check in one after the other, so that the fleet stays alive and its rollouts go on. */
export function keepCheckingIn(hosts: readonly FakeHost[], url: string): { stop(): Promise<void> } {
  const ended = new AbortController();
  const lively = hosts.filter((_, index) => !silent.includes(index));
  for (const host of lively) host.url = url;

  async function loop(): Promise<void> {
    for (let turn = 0; !ended.signal.aborted; turn++) {
      const host = lively[turn % lively.length]!;
      const call = turn % updateEvery === 0 ? host.update() : host.checkIn();
      // the server is away while it restarts: the host calls again at its next turn
      await call.catch(() => {});
      // the abort ends the pause early
      await sleep(pauseMs, undefined, { signal: ended.signal }).catch(() => {});
    }
  }

  const running = loop();
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}
