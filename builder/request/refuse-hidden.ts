import { visible } from '../../protocol/text/visible.ts';

/** A P-256 key is a text of several lines; its exact form is checked where keys are. */
const pem = /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n$/;

/** Enough of them, and what follows looks like a line of its own. */
const blanks = /\s{4,}|[^\S ]|\u2800/u;

/** The first text in a value that holds what a screen obeys or hides, in words; undefined when all of it can be shown as it is. */
export function hiddenIn(value: unknown, place = ''): string | undefined {
  if (typeof value === 'string') {
    const isShown = (visible(value) === value && !blanks.test(value)) || pem.test(value);
    return isShown ? undefined : `${place} holds characters that do not show: ${visible(value).slice(0, 80)}`;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const problem = hiddenIn(name, `a name in ${place}`) ?? hiddenIn(member, `${place}/${name}`);
    if (problem) return problem;
  }
  return undefined;
}

/** Whether a JSON text says more than its value does: a name twice, of which only the last counts, or a second spelling. */
export function hasHiddenText(text: string, value: unknown): boolean {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1') !== JSON.stringify(value);
}
