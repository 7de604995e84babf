import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { agentStateFolder, runFolder } from '../../protocol/boot/host-layout.ts';

/** Where the agent finds and keeps things under a host's root, so that a file-backed host is only another root. */
export interface Paths {
  root: string;
  /** The image's own files; on a file-backed host the supervisor lays them out under `run/booted`. */
  image: string;
  etc: string;
  run: string;
  /** Survives updates: state, identity, trust cache. */
  state: string;
}

/** Lays out a host's folders; nothing is created. */
export function pathsOf(root: string): Paths {
  const booted = join(root, 'run/booted');
  return {
    root,
    image: existsSync(booted) ? booted : root,
    etc: join(root, 'etc/interlock'),
    run: join(root, runFolder),
    state: join(root, agentStateFolder),
  };
}
