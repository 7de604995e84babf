import { expect, it } from 'vitest';
import { matchPaths } from '../../../../builder/tree/entries/match-paths.ts';
import { madeDatabases } from '../../../../builder/tree/identity/made-databases.ts';
import { makeTree } from '../../support/make-tree.ts';

const tree = makeTree({
  'var/lib/postgresql/17/main/PG_VERSION': '17\n',
  'var/lib/postgresql/17/main/base/1/PG_VERSION': '17\n',
  'var/lib/mysql/ibdata1': 'x',
});

it('names each database once, with what makes it on a host', () => {
  expect(madeDatabases(tree, () => false)).toEqual([
    expect.stringMatching(/^\/var\/lib\/postgresql\/17\/main: a PostgreSQL cluster .*pg_createcluster/),
    expect.stringMatching(/^\/var\/lib\/mysql: .*remove = \["\/var\/lib\/mysql"\]/),
  ]);
});

it('says nothing of one that goes, or that somebody put there', () => {
  expect(madeDatabases(tree, matchPaths(['/var/lib/postgresql', '/var/lib/mysql']))).toEqual([]);
});
