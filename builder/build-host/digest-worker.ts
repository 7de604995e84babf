import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const file = openSync(workerData, 'r');
const piece = Buffer.allocUnsafe(1024 * 1024);
const digest = createHash('sha256');
for (let length = -1; length !== 0; ) {
  length = readSync(file, piece);
  digest.update(piece.subarray(0, length));
}
closeSync(file);
parentPort?.postMessage(digest.digest('hex'));
