import type { ServiceUnit } from './names.ts';
import { Refusal } from './split-words.ts';

/** Stand for what only the machine that runs an instance knows, until a setting takes it that swarm fills in. */
export const slotMark = '\uE000';
export const hostMark = '\uE001';

/** What swarm fills in when it starts an instance. */
export function fillIn(text: string): string {
  return text.replaceAll(slotMark, '{{.Task.Slot}}').replaceAll(hostMark, '{{.Node.Hostname}}');
}

/** Whether a text waits for something that only swarm can fill in. */
export function isOpen(text: string): boolean {
  return text.includes(slotMark) || text.includes(hostMark);
}

/** Specifiers with the same value on every host of ours. */
const fixed: Readonly<Record<string, string>> = {
  ...{ '%': '%', h: '/root', t: '/run', u: 'root', U: '0', g: 'root', G: '0', s: '/bin/sh' },
  ...{ S: '/var/lib', E: '/etc', C: '/var/cache', L: '/var/log', T: '/tmp', V: '/var/tmp' },
};

/** Replaces `%i` and its like. A template without an instance stands for any of its numbered ones. */
export function expandSpecifiers(text: string, { prefix, instance, slot, kind }: ServiceUnit): string {
  const numbered = kind === 'template' || slot !== undefined;
  const own = numbered ? slotMark : instance;
  const stem = kind === 'plain' ? prefix : `${prefix}@${own}`;
  const named: Readonly<Record<string, string>> = {
    ...{ n: `${stem}.service`, N: stem, p: prefix, P: prefix, H: hostMark },
    ...{ i: own, I: own.replaceAll('-', '/') },
  };
  return text.replace(/%(.?)/g, (whole, letter: string) => {
    const value = fixed[letter] ?? named[letter];
    if (value !== undefined) return value;
    throw new Refusal(
      `${whole} is not known before swarm has chosen a machine`,
      'a value that is the same everywhere; %H and %i can stand in --env, --hostname and --mount',
    );
  });
}

/** Replaces `${NAME}` and `$NAME` by what `Environment=` says, as systemd does: `$NAME` alone becomes words. */
export function expandVariables(words: readonly string[], variables: ReadonlyMap<string, string>): string[] {
  const variable = (name: string) => {
    const value = variables.get(name);
    if (value !== undefined) return value;
    throw new Refusal(
      `\${${name}} has no value: no Environment= sets it, and swarm cannot know what a host has`,
      `Environment=${name}=VALUE`,
    );
  };
  return words.flatMap((text) => {
    const [, alone] = /^\$([A-Za-z_]\w*)$/.exec(text) ?? [];
    if (alone) return variable(alone).split(/\s+/).filter(Boolean);
    return text.replace(/\$(?:\$|\{([A-Za-z_]\w*)\})/g, (_, name: string | undefined) =>
      name === undefined ? '$' : variable(name),
    );
  });
}
