/** A command as it is typed on a machine that did not log in: with the address of this server. */
export function toServer(command: string): string {
  return `${command} --server ${location.origin}`;
}

/** An argument for a shell, in quotes where it needs them. */
export function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
