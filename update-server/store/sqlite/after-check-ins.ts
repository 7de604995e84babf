/** The check-ins that are not written yet. */
interface CheckIns {
  flush(): Promise<unknown>;
  flushOne(host: string): Promise<unknown>;
}

/** Has work begin only after the check-ins it rests on were written. */
export function afterCheckIns(checkIns: CheckIns) {
  return {
    /** For what must know what every host reported last. */
    fresh:
      <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        await checkIns.flush();
        return work(...args);
      },
    /** For what changes the row of one host. */
    settled:
      <A extends unknown[], R>(work: (host: string, ...args: A) => Promise<R>) =>
      async (host: string, ...args: A): Promise<R> => {
        await checkIns.flushOne(host);
        return work(host, ...args);
      },
  };
}
