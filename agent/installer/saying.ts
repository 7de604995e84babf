const everyMs = 5000;

/** Says what was told last every five seconds, also while one write takes long, and at once when it is something new. */
export function saying(tell: (line: string) => void): { at(text: string): void; end(): void } {
  let last = '';
  let kind = '';
  const timer = setInterval(() => last && tell(last), everyMs);
  return {
    at(text) {
      last = text;
      const [now = ''] = text.split(':');
      if (now !== kind) tell(text);
      kind = now;
    },
    end: () => clearInterval(timer),
  };
}
