import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Etcd } from '../../system/etcd/etcd.ts';

/** Keeps keys in etcd under a lease that lives as long as somebody renews it. */
export class Publisher {
  readonly #etcd: Pick<Etcd, 'call'>;
  readonly #seconds: number;
  #lease = '';
  /** What surely stands in etcd under the lease. */
  #published = new Map<string, string>();

  /** `seconds`: how long the keys outlive a host that says nothing more. */
  constructor(etcd: Pick<Etcd, 'call'>, seconds: number) {
    this.#etcd = etcd;
    this.#seconds = seconds;
  }

  /** Makes what stands in etcd equal to `wanted`. After an error of any kind the next call compares again. */
  async publish(wanted: ReadonlyMap<string, string>): Promise<void> {
    if (!this.#lease) {
      const { ID } = await this.#etcd.call('lease/grant', { TTL: String(this.#seconds) });
      this.#lease = String(ID);
      this.#published = new Map();
    }
    for (const [key, value] of wanted) {
      if (this.#published.get(key) === value) continue;
      // an answer that is lost leaves it unknown
      this.#published.delete(key);
      await this.#call('kv/put', { key: encode(key), value: encode(value), lease: this.#lease });
      this.#published.set(key, value);
    }
    for (const key of [...this.#published.keys()]) {
      if (wanted.has(key)) continue;
      await this.#call('kv/deleterange', { key: encode(key) });
      this.#published.delete(key);
    }
  }

  /** Renews the lease; with a lease that is gone, the next `publish` writes everything again. */
  async renew(): Promise<void> {
    if (!this.#lease) return;
    const { result } = await this.#etcd.call('lease/keepalive', { ID: this.#lease });
    // a lease that is gone is answered without a time
    if (!(result as { TTL?: string } | undefined)?.TTL) this.#lease = '';
  }

  async #call(path: string, body: object): Promise<void> {
    try {
      await this.#etcd.call(path, body);
    } catch (error) {
      if (isLeaseGone(error)) this.#lease = '';
      throw error;
    }
  }
}

function isLeaseGone(error: unknown): boolean {
  return error instanceof InterlockError && /requested lease not found/.test(error.message);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
