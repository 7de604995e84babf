import { describe, expect, it } from 'vitest';
import { hostPath, pathTo, placeOf, releasePath } from '../../dashboard/routes.ts';

describe('placeOf', () => {
  it('finds each page by its path, and its named parts unescaped', () => {
    expect(placeOf('/')).toEqual({ page: 'overview', params: {} });
    expect(placeOf('/hosts/')).toEqual({ page: 'hosts', params: {} });
    expect(placeOf('/releases/compare')).toEqual({ page: 'compare', params: {} });
    const [name, version, arch] = ['core', '2.0~rc1+b', 'x86-64'];
    expect(placeOf(releasePath(name, version, arch))).toEqual({
      page: 'release',
      params: { name, version, arch },
    });
    expect(placeOf(hostPath('a b/c'))).toEqual({ page: 'host', params: { id: 'a b/c' } });
  });

  it('finds nothing where there is nothing', () => {
    expect(placeOf('/nowhere')).toBeUndefined();
    expect(placeOf('/hosts/a/b')).toBeUndefined();
    expect(placeOf('/hosts/%zz')).toEqual({ page: 'host', params: { id: '%zz' } });
  });
});

it('leaves out of an address what is not asked for', () => {
  expect(pathTo('/hosts', { query: 'a b', state: '', version: undefined })).toBe('/hosts?query=a+b');
  expect(pathTo('/hosts')).toBe('/hosts');
});
