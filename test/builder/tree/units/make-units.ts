import { putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { templateOf } from '../../../../protocol/text/unit-name.ts';

/** Chance that repeats: the same seed makes the same units on every machine. */
export type Chance = (below: number) => number;

/** A generator of small numbers (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Names that units, aliases and instances are made of. */
export const names = [
  'a.service',
  'b.service',
  'my-app.service',
  'c.socket',
  'd.timer',
  'p.path',
  'g.target',
  'srv-x\\x2dy.mount',
  'srv-z.automount',
  'dev-zram0.swap',
  'k.slice',
  't@.service',
  't@one.service',
  't@-dev-sd\\x2da.service',
  'u@.service',
  'u@two.service',
  'w@.timer',
];

const words = [
  [
    'WantedBy',
    ['g.target', 'multi-user.target', 'h-%i.target', 'q@.target', 'q@%i.target', '%j.target', 'x-%p.target'],
  ],
  [
    'WantedBy',
    ['"g.target"', "'multi-user.target' g.target", 'a\\x2db.target', '%n.target', '%N.target', 'r-%%.target'],
  ],
  ['RequiredBy', ['a.service', 'g.target', 'x%U-%u.target', 'y%g%G.target', 'no suffix.target', '']],
  [
    'Alias',
    [
      'z.service',
      'z@.service',
      'z@one.service',
      'z-%p.service',
      'a.service',
      'z.timer',
      'z.mount',
      'z@%i.service',
      '',
    ],
  ],
  [
    'Also',
    [
      'b.service',
      'c.socket d.timer',
      't@%i.service',
      't@.service',
      'missing.service',
      'u@two.service',
      'bad',
      'a\\x2db.socket',
    ],
  ],
  ['DefaultInstance', ['one', 'two', '%p', 'bad/name', '']],
  ['Unknown', ['x']],
] as const;

/** Values that make systemctl fail, at least for some units. */
const wrong: readonly string[] = [
  'no suffix.target',
  'z.service',
  'z@.service',
  'z@one.service',
  'z-%p.service',
  'a.service',
  'z.timer',
  'z.mount',
  'z@%i.service',
  'bad',
  'bad/name',
  'x%U-%u.target',
  'y%g%G.target',
];

const pick = <T>(random: Chance, from: readonly T[]): T => from[random(from.length)]!;

/** The text of a unit file or drop-in with a random [Install] section. */
function installText(random: Chance, keys: readonly string[], isValid: boolean): string {
  if (random(40) === 0) return '';
  const known = words.filter(([key]) => keys.includes(key));
  const lines = Array.from({ length: random(4) }, () => {
    const [key, values] = pick(random, known);
    return `${pick(random, ['', '  '])}${key}${pick(random, ['=', ' = '])}${pick<string>(random, isValid ? values.filter((value) => !wrong.includes(value)) : values)}`;
  });
  const odd = pick(random, [
    '',
    '',
    '',
    '# WantedBy=no.target\n',
    '; x\n',
    'WantedBy=e.target \\\n  # in between\n  f.target\n',
  ]);
  const header = pick(random, ['[Install]', '[Install]', '[Install]', '[Unit]']);
  return `[Unit]\nDescription=x\n\n${header}\n${odd}${lines.join('\n')}\n`;
}

/** Random units of one manager: files, drop-ins, aliases, masks and linked units in all of its folders. */
export function makeUnits(
  random: Chance,
  manager: 'system' | 'user',
  keys: readonly string[],
  isValid = false,
): Tree {
  const tree: Tree = new Map();
  const folders = ['etc', 'usr/local/lib', 'usr/lib', 'usr/lib', 'usr/lib'].map(
    (parent) => `${parent}/systemd/${manager}`,
  );
  putFile(tree, 'opt/l.service', '[Service]\nExecStart=/x\n[Install]\nWantedBy=g.target\nAlias=m.service\n');
  for (const name of names) {
    if (random(3) === 0) continue;
    const path = `${pick(random, folders)}/${name}`;
    const kind = isValid ? random(16) & ~3 : random(16);
    if (kind === 0) putSymlink(tree, path, '/dev/null');
    else if (kind === 1) putSymlink(tree, path, `/usr/lib/systemd/${manager}/${pick(random, names)}`);
    else if (kind === 2) putSymlink(tree, path, pick(random, names));
    else putFile(tree, path, installText(random, keys, isValid));
  }
  if (random(3) === 0) putSymlink(tree, `etc/systemd/${manager}/l.service`, '/opt/l.service');
  for (let count = random(4); count > 0; count--) {
    const folder = `${pick(random, folders)}/${pick(random, names)}.d`;
    putFile(tree, `${folder}/${pick(random, ['10-a', '20-b'])}.conf`, installText(random, keys, isValid));
  }
  return tree;
}

/** Random preset files, whose last rule decides all that no other one does. */
export function addPresets(random: Chance, tree: Tree, manager: 'system' | 'user'): void {
  const globs = [
    ...names,
    '*.service',
    't@*',
    '[ab].service',
    '[!ab].service',
    'my-*',
    '?.timer',
    'd.*',
    'u@.service x y',
  ];
  for (const file of ['10-a', '20-b', '30-c']) {
    const lines = Array.from({ length: random(6) }, () => {
      return `${pick(random, ['enable', 'disable'])} ${pick(random, globs)}`;
    });
    const parent = pick(random, ['etc', 'usr/lib', 'usr/lib']);
    putFile(tree, `${parent}/systemd/${manager}-preset/${file}.preset`, `# x\n${lines.join('\n')}\n`);
  }
  const last = pick(random, ['enable', 'disable']);
  putFile(tree, `usr/lib/systemd/${manager}-preset/99-last.preset`, `${last} *\n`);
}

/** Random links by which units are enabled, masked and given other names, in all folders, as people and scripts leave them. */
export function addLinks(random: Chance, tree: Tree): void {
  const folders = ['etc', 'etc', 'etc', 'usr/local/lib', 'usr/lib'].map(
    (parent) => `${parent}/systemd/system`,
  );
  const services = ['a.service', 'b.service', 'my-app.service', 'al.service', 'al2.service', 'al3.service'];
  const targets = ['e.target', 'f.target', 'g.target', 'default.target'];
  const to = (folder: string, up: string, name: string) =>
    pick(random, [
      `${up}${name}`,
      `/usr/lib/systemd/system/${name}`,
      `/etc/systemd/system/${name}`,
      `/${folder}/${name}`,
    ]);
  for (const target of ['e.target', 'f.target', 'n.target']) {
    putFile(tree, `usr/lib/systemd/system/${target}`, '[Unit]\nDefaultDependencies=no\n');
  }
  // no circles, and no masks in lists of units with several names: systemd goes by chance there
  for (let count = 12; count > 0; count--) {
    const folder = pick(random, folders);
    const pool = pick(random, [services, targets]);
    const index = 1 + random(pool.length - 1);
    const path = `${folder}/${pool[index]}`;
    if (tree.has(path)) continue;
    putSymlink(tree, path, random(4) === 0 ? '/dev/null' : to(folder, '', pool[random(index)]!));
  }
  for (let count = 20; count > 0; count--) {
    const folder = pick(random, folders);
    const by = pick(random, [...targets, 'a.service', 'al.service', 'n.target', 'n.target']);
    const unit = pick(random, [...services, 'c.socket', 'd.timer', 't@one.service', 't@two.service']);
    const path = `${folder}/${by}.${pick(random, ['wants', 'requires', 'upholds'])}/${unit}`;
    const isMask = by === 'n.target' && random(3) === 0;
    putSymlink(tree, path, isMask ? '/dev/null' : to(folder, '../', pick(random, [unit, templateOf(unit)])));
  }
}
