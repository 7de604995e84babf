import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is wrong with a member; `deaf` ones hang, `mute` ones apply what they are asked and never answer. */
export type Sickness =
  | 'well'
  | 'deaf'
  | 'mute'
  | 'slow'
  | 'gone'
  | 'torn'
  | 'page'
  | 'headless'
  | 'endless'
  | { status: number; message: string; code: number };

/** What a call says, whichever it is. */
interface Body {
  key: string;
  compare: Record<string, string>[];
  success: { request_put: { key: string; value: string } }[];
}

interface Kv {
  value: string;
  revision: number;
}

/** What the members of one cluster have in common: keys and values as base64. */
export class FakeCluster {
  readonly kvs = new Map<string, Kv>();
  revision = 1;
  readonly id: string;
  /** Swaps that a member took and has not applied yet. */
  readonly late: (() => boolean)[] = [];

  constructor(id = '1234') {
    this.id = id;
  }

  put(key: string, value: string): void {
    this.kvs.set(key, { value, revision: ++this.revision });
  }

  header() {
    return { cluster_id: this.id, revision: String(this.revision) };
  }
}

/** One member of a made-up cluster, that answers the gateway's calls of a lock as etcd does, or not. */
export class FakeMember {
  sickness: Sickness = 'well';
  /** Sickness for swaps alone. */
  swapSickness: Sickness | 'late' | undefined;
  /** Users must have one of these; null: no user is wanted. */
  tokens: Set<string> | null = null;
  readonly asked: string[] = [];
  readonly cluster: FakeCluster;
  readonly #server = createServer();

  private constructor(cluster: FakeCluster) {
    this.cluster = cluster;
  }

  static async start(cluster: FakeCluster): Promise<FakeMember> {
    const member = new FakeMember(cluster);
    member.#server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url!.replace('/v3/', '');
        member.asked.push(path);
        const isKnown = !member.tokens || member.tokens.has(String(request.headers.authorization));
        member.#answer(path, JSON.parse(Buffer.concat(chunks).toString()), isKnown, response);
      });
    });
    await new Promise<void>((resolve) => member.#server.listen(0, '127.0.0.1', resolve));
    return member;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string, body: Body, isKnown: boolean, response: ServerResponse): void {
    const sickness = path === 'kv/txn' ? (this.swapSickness ?? this.sickness) : this.sickness;
    const say = (status: number, json: object) => response.writeHead(status).end(JSON.stringify(json));
    if (sickness === 'deaf') return;
    if (sickness === 'gone' || sickness === 'torn') return void response.destroy();
    if (sickness === 'page')
      return void response.setHeader('content-type', 'text/html').end('<html>hello</html>');
    if (sickness === 'headless') return void say(200, { kvs: [] });
    if (sickness === 'endless') return void response.writeHead(200).write('{"a":"');
    if (typeof sickness === 'object')
      return void say(sickness.status, { ...sickness, error: sickness.message });
    if (path === 'auth/authenticate') {
      const token = `${this.url} ${this.asked.length}`;
      this.tokens?.add(token);
      return void say(200, { header: this.cluster.header(), token });
    }
    if (!isKnown) return void say(401, { message: 'etcdserver: invalid auth token', code: 16 });
    if (sickness === 'late') return void this.cluster.late.push(() => this.#swap(body));
    const answer = path === 'kv/txn' ? { succeeded: this.#swap(body) } : this.#range(body);
    if (sickness === 'mute') return;
    const reply = () => say(200, { header: this.cluster.header(), ...answer });
    if (sickness === 'slow') setTimeout(reply, 400);
    else reply();
  }

  #range({ key }: Body) {
    const kv = this.cluster.kvs.get(key);
    return kv ? { kvs: [{ key, value: kv.value, mod_revision: String(kv.revision) }] } : {};
  }

  #swap({ compare, success }: Body): boolean {
    const { key, value } = success[0]!.request_put;
    const kv = this.cluster.kvs.get(key);
    const holds = compare.every(({ target, mod_revision: revision, value: text }) => {
      if (target === 'CREATE') return !kv;
      return target === 'MOD' ? String(kv?.revision) === revision : kv?.value === text;
    });
    if (holds) this.cluster.put(key, value);
    return holds;
  }
}
