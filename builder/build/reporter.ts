import { type Progress, showProgress } from '../../system/terminal.ts';

/** Tells somebody how far a build is; `total` in bytes, 0 when a step cannot know it. */
export type Reporter = (step: string, total: number) => Progress;

/** For callers that nobody watches. */
export const silent: Reporter = () => ({ at() {}, end() {} });

/** For people: a bar for steps of a known size, a line with the time taken for the others. */
export function reportOn(out: NodeJS.WriteStream): Reporter {
  return (step, total) => {
    if (total > 0) return showProgress(step, total, out);
    const started = Date.now();
    if (out.isTTY) out.write(`${step} …`);
    return {
      at() {},
      end(note) {
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        out.write(`${out.isTTY ? '\r\x1b[K' : ''}${step}  ${note ?? 'done'} (${seconds} s)\n`);
      },
    };
  };
}
