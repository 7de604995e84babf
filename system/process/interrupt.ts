/** Does what Ctrl-C does where the terminal hands it over as a key: the process ends by SIGINT, which shells report as 130. */
export function interrupt(): void {
  process.kill(process.pid, 'SIGINT');
}

/** The exit status of a command that ended in good order after a signal, as shells report the signal itself. */
export function statusOf(signal: 'SIGINT' | 'SIGTERM'): number {
  return signal === 'SIGINT' ? 130 : 143;
}
