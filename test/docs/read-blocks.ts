import { readFileSync } from 'node:fs';

/** One fenced block of shell in a page; what stands behind `sh` says what the test does with it. */
export interface Block {
  page: string;
  /** Line of its first command. */
  line: number;
  text: string;
  /**
   * `run`: its commands are run, in order, in one folder; `until=TEXT` repeats them until they print it, `exit=N` is
   * how the last one ends. `background`: it goes on running. `made=VERSION`: the release that it would build is made
   * quickly instead, `unhealthy` when it shall fail its checks. `host`: hosts on files start instead of machines,
   * `hosts=N` of them. The journey builds and boots what is quick here. `why=REASON`: it is not run, its commands are only
   * checked to exist: they stand for a `host`, change the reader's `machine`, have `operands` that are somebody else's, set
   * up the `checkout`, or are a `script`. `debian`: it is typed as root in a clean Debian, from `service` on with a service manager; before `upgrade` newer packages
   * lie there.
   */
  words: readonly string[];
}

/** Reads the shell blocks of a page. */
export function readBlocks(page: string): Block[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const info = /^```sh( .*)?$/.exec(lines[at] ?? '');
    if (!info) continue;
    const end = lines.indexOf('```', at);
    const text = lines.slice(at + 1, end).join('\n');
    blocks.push({ page, line: at + 2, text, words: (info[1] ?? '').split(' ').filter(Boolean) });
    at = end;
  }
  return blocks;
}

/** The value of `key=value` behind `sh`. */
export function wordOf({ words }: Block, key: string): string | undefined {
  return words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
}
