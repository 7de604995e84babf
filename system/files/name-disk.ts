/**
 * Says in a failure of the system which file or device it was about, where the system does not: reads, writes and flushes
 * of an open file carry no path. The failure stays what it is; `asInterlockError` makes words of it.
 */
export function nameDisk(path: string) {
  return (error: unknown): never => {
    const failure = error as NodeJS.ErrnoException;
    if (typeof failure?.code === 'string' && failure.errno !== undefined) failure.path ??= path;
    throw error;
  };
}
