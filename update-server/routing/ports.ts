import type { Blobs } from '../blobs/files.ts';
import type { Scrub } from '../blobs/scrub.ts';
import type { Room } from '../disk/room.ts';
import type { OnlineKeys } from '../domain/tuf/online-keys.ts';
import type { Live } from '../live/live.ts';
import type { Overload } from '../load/watch-load.ts';
import type { Locks } from '../locks/locks.ts';
import type { Surveyor } from '../metrics/count-hosts.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Store } from '../store/interface/store.ts';
import type { Bundle } from '../ui/bundle.ts';

/** The server's edges, handed to every route. */
export interface Ports {
  store: Store;
  blobs: Blobs;
  /** Missing until the keys of `snapshot` and `timestamp` were given once; nothing can be published then. */
  onlineKeys: OnlineKeys | undefined;
  now(): Date;
  /** Without end when nobody measures the disk. */
  room?: Room;
  /** Missing when nobody looks for rot. */
  scrub?: Scrub;
  /** Calm for ever when nobody watches. */
  overload?: Overload;
  /** Missing when the server was given no etcd. */
  locks?: Locks | undefined;
  /** Made by the server itself when not given. */
  metrics?: Metrics;
  /** Makes the operators' page; from its sources when not given. */
  dashboard?: () => Promise<Bundle>;
}

/** What the server makes of them for the routes of operators. */
export interface DeskPorts extends Ports {
  /** Operators reach it by TLS only. */
  secure: boolean;
  survey: Surveyor;
  live: Live;
  metrics: Metrics;
}
