import { handle } from './agent-moves.ts';
import { answerOf, type Ending, nonceOf } from './answers.ts';
import type { Client } from './client.ts';
import type { Fault } from './faults.ts';
import { field, type Message, none } from './layout.ts';
import type { LockEffect } from './lock-values.ts';
import type { World } from './model.ts';
import { remember } from './table.ts';

/** Everything that can become of requests between clients and etcd: late, lost, twice, unanswered. */
export class Network {
  readonly #world: World;
  readonly #client: Client;

  constructor(world: World, client: Client) {
    this.#world = world;
    this.#client = client;
  }

  moves(state: Int32Array): void {
    for (let slot = 0; slot < this.#world.setting.messages; slot++) {
      const message = this.#world.message(state, slot);
      if (!message) continue;
      if (message.kind === 'answer') this.#lateAnswer(state, slot, message);
      else if (message.orphan) this.#arrivesLate(state, slot, message);
      else this.#underWay(state, slot, message);
    }
  }

  /** The client of a request is gone; what can still succeed stays under way. */
  abandon(state: Int32Array, host: number): void {
    for (let slot = 0; slot < this.#world.setting.messages; slot++) {
      const message = this.#world.message(state, slot);
      if (!message || message.host !== host || message.orphan || message.kind === 'answer') continue;
      this.#world.setMessage(state, slot, canSucceed(message) ? { ...message, orphan: true } : undefined);
    }
  }

  #underWay(state: Int32Array, slot: number, message: Message): void {
    const { host } = message;
    const effect = this.#client.effectOf(state, host);
    const isHit = this.#isHit(state, message);
    const can = (fault: Fault) => this.#world.can(state, fault);
    const gets = (ending: Ending | 'conflict', applied: boolean, fault?: Fault, stays = false) => {
      const to = this.#world.begin(state);
      this.#world.setMessage(to, slot, stays ? { ...message, orphan: true } : undefined);
      if (applied) this.#apply(to, message);
      if (ending === 'conflict') this.#client.restart(to, host);
      else this.#client.end(to, host, ending);
      const words = ending === 'conflict' ? 'conflict, starts again' : ending;
      this.#world.end(fault ? `${fault} (${effect.kind})` : `${effect.kind}: ${words}`, fault, host);
    };
    gets(isHit ? this.#client.endingOf(state, host, message.value) : 'conflict', isHit);
    if (can('answer is lost')) gets('unknown', isHit, 'answer is lost');
    if (can('request is lost')) gets('unknown', false, 'request is lost');
    if (canSucceed(message) && can('client gives up, the request is still under way')) {
      gets('unknown', false, 'client gives up, the request is still under way', true);
    }
    const slow = 'endpoint is too slow, the next one is asked';
    if (canSucceed(message) && can(slow)) {
      const to = this.#world.begin(state);
      this.#world.setMessage(to, slot, { ...message, orphan: true });
      this.#client.moveOn(to, host);
      this.#world.end(`${slow} (${effect.kind})`, slow, host);
    }
    if (isHit && can('request arrives twice')) {
      const isSwap = message.guard === 'revision' && message.kind === 'swap';
      gets(isSwap ? 'conflict' : 'succeeds', true, 'request arrives twice');
    }
    if (!isHit && can('conflicts do not end')) gets('unknown', false, 'conflicts do not end');
  }

  #arrivesLate(state: Int32Array, slot: number, message: Message): void {
    if (!this.#isHit(state, message)) return;
    const to = this.#world.begin(state);
    this.#world.setMessage(to, slot, undefined);
    this.#apply(to, message);
    this.#world.end('its old request arrives', undefined, message.host);
    if (message.takes && this.#world.setting.extras.has('late answer'))
      this.#answersLate(state, slot, message);
  }

  #answersLate(state: Int32Array, slot: number, message: Message): void {
    const nonce = Math.log2(this.#world.values.nonces(message.value, message.host));
    const to = this.#world.begin(state);
    this.#world.setMessage(to, slot, undefined);
    this.#apply(to, message);
    this.#world.setMessage(to, slot, { ...message, kind: 'answer', live: true, value: nonce, version: 0 });
    this.#world.end('its old request arrives, the answer comes later', undefined, message.host);
  }

  #lateAnswer(state: Int32Array, slot: number, message: Message): void {
    const { host } = message;
    if (this.#world.hostOf(state, host).agent === 'off') return;
    const to = this.#world.begin(state);
    this.#world.setMessage(to, slot, undefined);
    if (this.#client.effectOf(state, host).kind === 'acquire') {
      this.abandon(to, host);
      this.#world.change(to, host, this.#heardLate, message.value);
    }
    this.#world.end('the late answer comes', undefined, host);
  }

  readonly #heardLate = remember((id, nonce) => {
    const { hosts, setting } = this.#world;
    const host = hosts.get(id);
    const effect = setting.rules.effectsOf(host.memory)[0] as LockEffect;
    const answer = { ...answerOf(effect, 'succeeds'), nonce: nonceOf(nonce) };
    return hosts.id(handle(host, answer as ReturnType<typeof answerOf>, setting));
  });

  #apply(state: Int32Array, message: Message): void {
    const { host, kind } = message;
    const { values } = this.#world;
    const value = kind === 'removal' ? values.withoutHost(state[field.value]!, host) : message.value;
    this.#world.commit(state, value);
    if (message.takes) this.#world.change(state, host, this.#taken);
  }

  readonly #taken = remember((id) => {
    const { hosts } = this.#world;
    return hosts.id({ ...hosts.get(id), leaving: false });
  });

  #isHit(state: Int32Array, message: Message): boolean {
    if (message.kind === 'removal' || message.guard === 'none') return true;
    return message.guard === 'version' ? message.version === state[field.version] : message.live;
  }
}

function canSucceed({ live, guard, kind, value }: Message): boolean {
  return kind === 'removal' || (value !== none && (live || guard !== 'revision'));
}
