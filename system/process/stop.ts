const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const cleanups = new Set<() => void>();

/**
 * Has `cleanup` called when a signal ends the process; gives a function that takes it back. It must be synchronous, for
 * nothing is waited for: cleanups run last in, first out, and then the signal takes its course, unless somebody else listens
 * to it and ends the process in his own way.
 */
export function onStop(cleanup: () => void): () => void {
  if (cleanups.size === 0) for (const signal of signals) process.prependListener(signal, stop);
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0)
      for (const signal of signals) process.off(signal, stop);
  };
}

function stop(signal: NodeJS.Signals): void {
  for (const cleanup of [...cleanups].toReversed()) {
    try {
      cleanup();
    } catch {
      // what cannot be cleaned up keeps nothing else from being cleaned up
    }
  }
  cleanups.clear();
  for (const each of signals) process.off(each, stop);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
