/** The versions that a report is about in the order in which the host ran them: one that fell back went from the new one to the old. */
export function versionsOf({ kind, from, version }: { kind: string; from: string; version: string }): string {
  if (from === version) return version;
  return kind === 'fell_back' ? `${version} → ${from}` : `${from} → ${version}`;
}
