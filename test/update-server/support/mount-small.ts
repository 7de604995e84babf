import { spawnSync } from 'node:child_process';

/** Mounts a small disk of memory over a folder; needs root. Returns how to take it away. */
export function mountSmall(folder: string, size: string): () => void {
  const run = (...command: string[]) => {
    const [program = '', ...args] = command;
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  };
  run('mount', '-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder);
  return () => run('umount', '-l', folder);
}
