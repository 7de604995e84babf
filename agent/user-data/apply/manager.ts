import { run } from '../../../system/process/run.ts';

/** The host's systemd, as user-data need it. */
export interface Manager {
  /** Notes that units were written; they are read again before the next command, and at the end. */
  changed(): void;
  enable(unit: string): Promise<void>;
  disable(unit: string): Promise<void>;
  /** Queues a job and does not wait: the boot that it may depend on goes on after us. */
  command(verb: string, unit: string): Promise<void>;
  /** Lets systemd read what was written. */
  settle(): Promise<void>;
}

/** systemd of this machine; of a folder it only makes the links. */
export function openManager(root: string): Manager {
  const isMachine = root === '/';
  let isChanged = false;
  const settle = async () => {
    if (isChanged && isMachine) await run('systemctl', ['daemon-reload']);
    isChanged = false;
  };
  const link = (verb: string) => async (unit: string) => {
    await run('systemctl', isMachine ? ['--no-reload', verb, unit] : [`--root=${root}`, verb, unit]);
    isChanged = true;
  };
  return {
    changed() {
      isChanged = true;
    },
    enable: link('enable'),
    disable: link('disable'),
    async command(verb, unit) {
      await settle();
      if (isMachine) await run('systemctl', ['--no-block', verb, unit]);
    },
    settle,
  };
}
