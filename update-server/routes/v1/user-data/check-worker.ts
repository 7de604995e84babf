import { parentPort } from 'node:worker_threads';
import { check } from './check.ts';

parentPort?.on('message', (text: string) => parentPort?.postMessage(check(text)));
