import { appendFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf } from '../in-guest.ts';
import type { Member } from './start-member.ts';

const pauseMs = 3000;

/** Writes a line to `file` whenever a host does something else, until it is stopped. */
export async function startNarration(file: string): Promise<{
  say(what: string): Promise<void>;
  follow(members: readonly Member[]): void;
  stop(): Promise<void>;
}> {
  const started = Date.now();
  let isOver = false;
  let following: Promise<unknown> = Promise.resolve();
  await writeFile(file, '');
  const say = (what: string) =>
    appendFile(file, `${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${what}\n`);

  async function followOne(member: Member): Promise<void> {
    for (let last = ''; !isOver; await sleep(pauseMs)) {
      const now = await describe(member);
      if (now !== last) await say(`${member.name}  ${now}`);
      last = now;
    }
  }

  return {
    say,
    follow(members) {
      following = Promise.all(members.map(followOne));
    },
    async stop() {
      isOver = true;
      await following;
    },
  };
}

async function describe({ vm }: Member): Promise<string> {
  const boot = vm.boots();
  const memory = await memoryOf(vm);
  if (!memory?.running || vm.boots() !== boot) return `boot ${vm.boots()}: not up`;
  const wait = memory.wait && memory.phase.at !== 'idle' ? `, waits: ${memory.wait.reason}` : '';
  return `boot ${boot}: version ${memory.running.version}, ${memory.phase.at}${wait}`;
}
