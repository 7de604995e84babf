import { setTimeout as sleep } from 'node:timers/promises';
import type { Docker } from '../../system/docker/docker.ts';
import { filterBy } from '../../system/docker/docker.ts';
import type { Etcd } from '../../system/etcd/etcd.ts';
import { type Container, entriesOf, type Place } from './entries.ts';
import { Publisher } from './publisher.ts';

/** What registration talks to; `say` is told of each trouble once, and of its end. */
export interface RegisterPorts {
  docker: Docker;
  etcd: Pick<Etcd, 'call'>;
  say(line: string): void;
}

/** Events of which one start or stop makes several are answered by one look. */
const gatherMs = 200;
const retryMs = 2000;
const events = ['start', 'die', 'pause', 'unpause', 'rename', 'health_status'];

/**
 * Keeps the containers of this host registered until `signal` ends it. Looks at all of them after each event and now and then: an
 * event that is missed costs time and nothing else. Keys stay when this ends,
 * so that a restart is not seen. `leaseSeconds`: how long the keys outlive a host that says nothing more.
 */
export async function register(
  ports: RegisterPorts,
  place: Place,
  leaseSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const publisher = new Publisher(ports.etcd, leaseSeconds);
  let trouble = '';
  const bell = new Bell();
  const listening = listen(ports.docker, bell, signal);
  while (!signal.aborted) {
    try {
      await publisher.renew();
      const containers = await ports.docker.get<Container[]>('/containers/json');
      await publisher.publish(entriesOf(containers, place));
      if (trouble) ports.say('registers again');
      trouble = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== trouble) ports.say(message);
      trouble = message;
    }
    await bell.wait(trouble ? retryMs : (leaseSeconds * 1000) / 3, signal);
  }
  await listening;
}

/** Rings whenever Docker tells of a container, and after a connection was lost. */
async function listen(docker: Docker, bell: Bell, signal: AbortSignal): Promise<void> {
  const path = `/events?${filterBy({ type: ['container'], event: events })}`;
  while (!signal.aborted) {
    try {
      const stream = await docker.follow(path);
      const stop = () => stream.destroy();
      signal.addEventListener('abort', stop, { once: true });
      bell.ring();
      for await (const _ of stream) bell.ring();
      signal.removeEventListener('abort', stop);
    } catch {
      // the look at the containers meets the same trouble, and tells it
    }
    // a wait that is cut short has ended all the same
    await sleep(retryMs, undefined, { signal }).catch(() => {});
  }
}

/** Ends a wait early. */
class Bell {
  #rings = () => {};
  #isRung = false;

  ring(): void {
    this.#isRung = true;
    this.#rings();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung) {
      const over = new AbortController();
      this.#rings = () => over.abort();
      // a wait that is cut short has ended all the same
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => {});
      this.#rings = () => {};
    }
    if (!this.#isRung || signal.aborted) return;
    // the same
    await sleep(gatherMs, undefined, { signal }).catch(() => {});
    this.#isRung = false;
  }
}
