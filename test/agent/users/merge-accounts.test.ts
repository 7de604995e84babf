import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Accounts, accountFiles, noAccounts } from '../../../agent/users/account-files.ts';
import { mergeAccounts, type Sides } from '../../../agent/users/merge-accounts.ts';

const lines = (text: string) => text.trim().split(/\s+/);
const accounts = (files: Partial<Record<keyof Accounts, string>>): Accounts => ({
  ...noAccounts,
  ...Object.fromEntries(Object.entries(files).map(([file, text]) => [file, lines(text)])),
});
const passwd = (sides: Partial<Record<keyof Sides, string>>) => {
  const side = (name: keyof Sides) => (sides[name] === undefined ? null : accounts({ passwd: sides[name] }));
  const merged = mergeAccounts({
    image: side('image') ?? noAccounts,
    base: side('base'),
    own: side('own'),
    list: side('list') ?? noAccounts,
  });
  return {
    now: merged.accounts.passwd,
    list: merged.list.passwd,
    taken: merged.taken,
    sharing: merged.sharing,
  };
};

const root = 'root:x:0:0:root:/root:/bin/bash';
const sshd = 'sshd:x:990:65534::/run/sshd:/usr/sbin/nologin';
const alice = 'alice:x:20000:20000::/home/alice:/bin/bash';

describe('an image that changes under a host with users of its own', () => {
  test('brings its new system users, and the host’s own stay', () => {
    const merged = passwd({ base: root, own: `${root} ${alice}`, image: `${root} ${sshd}`, list: alice });
    expect(merged).toEqual({ now: [root, sshd, alice], list: [alice], taken: [], sharing: [] });
  });

  test('takes its own users back when the host returns to it', () => {
    const merged = passwd({
      base: `${root} ${sshd}`,
      own: `${root} ${sshd} ${alice}`,
      image: root,
      list: alice,
    });
    expect(merged.now).toEqual([root, alice]);
  });

  test('moves no number, wins a name of its own, and gives it back', () => {
    const theirs = 'alice:x:991:991::/var/lib/alice:/usr/sbin/nologin';
    const there = passwd({ base: root, own: `${root} ${alice}`, image: `${root} ${theirs}`, list: alice });
    expect(there).toMatchObject({ now: [root, theirs], list: [alice], taken: ['alice'] });
    const again = passwd({
      base: `${root} ${theirs}`,
      own: `${root} ${theirs}`,
      image: `${root} ${theirs} ${sshd}`,
      list: alice,
    });
    expect(again).toMatchObject({ now: [root, theirs, sshd], list: [alice], taken: ['alice'] });
    const back = passwd({
      base: `${root} ${theirs}`,
      own: `${root} ${theirs}`,
      image: `${root} ${sshd}`,
      list: alice,
    });
    expect(back).toMatchObject({ now: [root, sshd, alice], list: [alice], taken: [] });
  });

  test('says when it gives a number of the host’s to another account', () => {
    const other = 'other:x:20000:20000::/:/usr/sbin/nologin';
    expect(passwd({ base: root, own: `${root} ${alice}`, image: `${root} ${other}` }).sharing).toEqual([
      'alice',
    ]);
  });
});

describe('what was changed by hand', () => {
  const own = 'root:x:0:0:root:/root:/bin/zsh';

  test('holds in its field, and the other fields follow the image', () => {
    const image = 'root:x:0:0:Superuser:/root:/bin/bash';
    expect(passwd({ base: root, own, image }).now).toEqual(['root:x:0:0:Superuser:/root:/bin/zsh']);
  });

  test('holds on a host whose files nobody wrote down, with its numbers', () => {
    const numbered = 'sshd:x:104:65534::/run/sshd:/usr/sbin/nologin';
    expect(passwd({ own: `${own} ${numbered} ${alice}`, image: `${root} ${sshd}` })).toEqual({
      now: [own, numbered, alice],
      list: [alice],
      taken: [],
      sharing: [],
    });
  });

  test('an account that was removed stays removed, unless the image has it', () => {
    expect(passwd({ base: root, own: root, image: root, list: alice })).toMatchObject({
      now: [root],
      list: null,
    });
    expect(passwd({ base: `${root} ${sshd}`, own: root, image: `${root} ${sshd}` }).now).toEqual([
      root,
      sshd,
    ]);
  });

  test('a host that lost its /etc has the users of its list again', () => {
    expect(passwd({ base: root, image: `${root} ${sshd}`, list: alice }).now).toEqual([root, sshd, alice]);
  });

  test('members that either side adds or removes', () => {
    const merged = mergeAccounts({
      image: accounts({ group: 'docker:x:990:one,new' }),
      base: accounts({ group: 'docker:x:990:one,two,gone' }),
      own: accounts({ group: 'docker:x:990:one,gone,alice' }),
      list: noAccounts,
    });
    expect(merged.accounts.group).toEqual(['docker:x:990:one,new,alice']);
  });

  test('passwords and ranges of subordinate numbers', () => {
    const merged = mergeAccounts({
      image: accounts({
        passwd: `${root} ${sshd}`,
        shadow: 'root:*:1:::::: sshd:!*:1::::::',
        subuid: 'img:100000:65536',
      }),
      base: accounts({ passwd: root, shadow: 'root:*:1::::::', subuid: 'img:100000:65536' }),
      own: accounts({
        passwd: `${root} ${alice}`,
        shadow: 'root:$y$mine:5:::::: alice:!:5::::::',
        subuid: 'img:100000:65536 alice:165536:65536',
      }),
      list: noAccounts,
    });
    expect(merged.accounts.shadow).toEqual(['root:$y$mine:5::::::', 'sshd:!*:1::::::', 'alice:!:5::::::']);
    expect(merged.accounts.subuid).toEqual(['img:100000:65536', 'alice:165536:65536']);
  });
});

const names = ['root', 'sshd', 'a', 'b', 'c'];
const line = fc
  .tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 5 }), fc.constantFrom('/bin/sh', '/bin/zsh'))
  .map(([name, id, shell]) => `${name}:x:${id}:${id}::/:${shell}`);
const image = fc.uniqueArray(line, { selector: (text) => text.split(':')[0], minLength: 1 }).map(
  (found): Accounts => ({
    ...noAccounts,
    passwd: found,
    shadow: found.map((text) => `${text.split(':')[0]}:*:1::::::`),
  }),
);
const host: Accounts = {
  ...noAccounts,
  passwd: ['a:x:77:77::/home/a:/bin/zsh', 'h:x:78:78::/home/h:/bin/sh'],
  shadow: ['a:$y$a:2::::::', 'h:$y$h:2::::::'],
};
const start = (first: Accounts) => mergeAccounts({ image: first, base: first, own: null, list: host });

test('over any images, the host’s accounts come back as they were, and no image account ever has their numbers', () => {
  fc.assert(
    fc.property(fc.array(image, { minLength: 2, maxLength: 6 }), (images) => {
      let { accounts: own, list } = start(images[0]!);
      let base = images[0]!;
      for (const now of [...images, images[0]!]) {
        ({ accounts: own, list } = mergeAccounts({ image: now, base, own, list }));
        base = now;
        for (const wanted of now.passwd!) expect(own.passwd).toContain(wanted);
      }
      const none: Accounts = { ...noAccounts, passwd: [], shadow: [] };
      const left = mergeAccounts({ image: none, base, own, list });
      expect(left.accounts.passwd!.toSorted()).toEqual(host.passwd);
      expect(left.accounts.shadow!.toSorted()).toEqual(host.shadow);
    }),
  );
});

test('a merge that was cut between any two files ends the same when it is made again', () => {
  fc.assert(
    fc.property(image, image, fc.integer({ min: 0, max: accountFiles.length }), (first, second, cut) => {
      const { accounts: own, list } = start(first);
      const sides = { image: second, base: first, own, list };
      const whole = mergeAccounts(sides);
      const torn = { ...own };
      for (const file of accountFiles.slice(0, cut)) torn[file] = whole.accounts[file];
      const again = mergeAccounts({ ...sides, own: torn, list: whole.list });
      expect(again.accounts).toEqual(whole.accounts);
      expect(again.list).toEqual(whole.list);
    }),
  );
});
