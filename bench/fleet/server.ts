import type { AddressInfo } from 'node:net';
import { openBlobs } from '../../update-server/blobs/files.ts';
import { createApp } from '../../update-server/http/app.ts';
import { watchLoad } from '../../update-server/load/watch-load.ts';
import { openSqliteStore } from '../../update-server/store/sqlite/store.ts';
import { fastClock } from './clock.ts';

// The shipped server but for its clock: `server.ts DATA BEGIN WALL FACTOR`.
const [dataDir = '', begin, wall, factor] = process.argv.slice(2);
const { now } = fastClock(Number(begin), Number(wall), Number(factor));
const store = openSqliteStore(dataDir);
const app = createApp({
  store,
  blobs: openBlobs(dataDir),
  onlineKeys: undefined,
  now,
  loadWatch: watchLoad(),
});
let ticking: Promise<unknown> = Promise.resolve();
const tickMs = 1000;
const timer = setInterval(() => {
  ticking = store.advance(now(), tickMs * Number(factor));
}, tickMs);
await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`listening on http://127.0.0.1:${(app.server.address() as AddressInfo).port}\n`);
process.once('SIGTERM', () => {
  clearInterval(timer);
  void app
    .close()
    .then(() => ticking)
    .then(() => store.close());
});
