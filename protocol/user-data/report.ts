import type { Place, Problem } from './problem.ts';

/** Where readers of user-data put what they find wrong; each call answers nothing, so that it can stand for the value. */
export interface Report {
  readonly problems: readonly Problem[];
  error(at: Place, text: string, instead: string): undefined;
  warn(at: Place, text: string, instead: string): undefined;
}

/** Opens a report; every place in it gets the number of its part. */
export function openReport(part?: number): Report {
  const problems: Problem[] = [];
  const note = (severity: Problem['severity']) => (at: Place, text: string, instead: string) => {
    problems.push({ at: part === undefined ? at : { ...at, part }, severity, text, instead });
    return undefined;
  };
  return { problems, error: note('error'), warn: note('warning') };
}
