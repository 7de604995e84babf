/** Collects a flag that can be given several times. */
export function collect(one: string, before: string[] = []): string[] {
  return [...before, one];
}
