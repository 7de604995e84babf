import { setTimeout as sleep } from 'node:timers/promises';
import { listScripts } from './list-scripts.ts';
import { runScript } from './run-script.ts';

/** The time limits of the health checks. */
export interface HealthOptions {
  /** Seconds the host has to become healthy. */
  settle: number;
  /** Seconds every check must hold after that. */
  steady: number;
  /** Seconds one check may take. */
  timeout: number;
}

/** How the health checks ended; the first one that failed, with what it printed. */
export type Health = { ok: true } | { ok: false; check: string; problem: string };

/**
 * Runs the operator's health checks until they have held for `steady` seconds. A failure counts once `settle`
 * is over: services may still be starting before.
 */
export async function health(
  folder: string,
  { settle, steady, timeout }: HealthOptions,
  signal: AbortSignal,
): Promise<Health> {
  const started = performance.now();
  const pause = Math.min(1000, Math.max(50, (steady * 1000) / 5));
  let goodSince: number | null = null;
  while (true) {
    const failure = await checkOnce(folder, timeout, signal);
    const now = performance.now();
    if (failure) {
      if (now - started >= settle * 1000) return failure;
      goodSince = null;
    } else {
      goodSince ??= now;
      if (now - goodSince >= steady * 1000) return { ok: true };
    }
    await sleep(pause, undefined, { signal });
  }
}

async function checkOnce(
  folder: string,
  timeout: number,
  signal: AbortSignal,
): Promise<Extract<Health, { ok: false }> | null> {
  for (const path of await checksIn(folder)) {
    const { name, problem } = await runScript(path, timeout, signal);
    signal.throwIfAborted();
    if (problem !== null) return { ok: false, check: name, problem };
  }
  return null;
}

/** A file in the folder's place is reported as a fault of the configuration; the slot may be healthy all the same. */
async function checksIn(folder: string): Promise<string[]> {
  return listScripts(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return [];
    throw error;
  });
}
