import { SimEtcd } from './etcd.ts';
import type { Life } from './host.ts';
import { SimHost } from './host.ts';
import { openRandom, type Random } from './random.ts';
import { Schedule } from './schedule.ts';
import { SimServer } from './server.ts';

/** What a fleet is made of. */
export interface FleetOptions {
  seed: number;
  hosts: number;
  places: number;
  /** Hears what happens, for replays. */
  log?: (line: string) => void;
}

/** Hosts, etcd and update server under one clock and one seed; it counts who is out. */
export class Fleet {
  readonly schedule = new Schedule();
  readonly random: Random;
  readonly etcd: SimEtcd;
  readonly server: SimServer;
  readonly hosts: SimHost[];
  /** How many may be out: the places, or the holders there were when places were lowered. */
  allowed: number;
  mostOut = 0;
  violation: string | undefined;
  readonly #log: ((line: string) => void) | undefined;

  constructor({ seed, hosts, places, log }: FleetOptions) {
    this.#log = log;
    this.allowed = places;
    this.random = openRandom(seed);
    this.etcd = new SimEtcd(this.schedule, this.random, places);
    this.server = new SimServer(this.schedule, '2');
    this.hosts = Array.from({ length: hosts }, (_, index) => new SimHost(this, `h${index}`));
    this.etcd.onChange = ({ holders, slots }) => {
      this.allowed = Math.max(slots, Math.min(this.allowed, holders.length));
      const names = holders.map(({ host }) => host).join(' ');
      log?.(`${this.#time()} lock r${this.etcd.revision}: ${names || 'nobody'} of ${slots}`);
    };
  }

  /** Time passes for a run of an agent, unless it is killed meanwhile. */
  spend(life: Life, ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule.after(ms, () => life.alive && resolve());
    });
  }

  /** Counts a host in or out, and notices when too many are. */
  setOut(host: SimHost, out: boolean): void {
    host.out = out;
    const names = this.hosts.filter((one) => one.out).map(({ name }) => name);
    this.mostOut = Math.max(this.mostOut, names.length);
    if (names.length > this.allowed) {
      this.violation ??= `${names.join(', ')} are out at once, ${this.allowed} may be, at ${this.#time()}`;
    }
  }

  log(host: SimHost | null, words: string): void {
    this.#log?.(`${this.#time()} ${host?.name ?? ''} ${words}`);
  }

  /** Every host runs the offered version, or has found that it fails there; nobody holds a place. */
  isDone(): boolean {
    const { version } = this.server;
    return (
      this.etcd.text.includes('"holders":[]') &&
      this.hosts.every(
        (host) => host.isUp && !host.out && (host.version === version || host.disk.includes(`"failed":{"`)),
      )
    );
  }

  #time(): string {
    return this.schedule.date().toISOString().slice(8, 19);
  }
}
