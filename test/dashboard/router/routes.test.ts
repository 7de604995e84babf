import { describe, expect, it } from 'vitest';
import { findRoute, hostPath, pathTo, releasePath } from '../../../dashboard/router/routes.ts';

describe('findRoute', () => {
  it('finds each page by its path, and its named parts unescaped', () => {
    expect(findRoute('/')).toEqual({ page: 'overview', params: {} });
    expect(findRoute('/hosts/')).toEqual({ page: 'hosts', params: {} });
    expect(findRoute('/releases/compare')).toEqual({ page: 'compare', params: {} });
    expect(findRoute('/rollouts/plan')).toEqual({ page: 'plan', params: {} });
    expect(findRoute('/rollouts/1b4e28ba')).toEqual({ page: 'rollout', params: { id: '1b4e28ba' } });
    const [name, version, arch] = ['core', '2.0~rc1+b', 'x86-64'];
    expect(findRoute(releasePath(name, version, arch))).toEqual({
      page: 'release',
      params: { name, version, arch },
    });
    expect(findRoute(hostPath('a b/c'))).toEqual({ page: 'host', params: { id: 'a b/c' } });
  });

  it('finds nothing where there is nothing', () => {
    expect(findRoute('/nowhere')).toBeUndefined();
    expect(findRoute('/hosts/a/b')).toBeUndefined();
    expect(findRoute('/hosts/%zz')).toEqual({ page: 'host', params: { id: '%zz' } });
  });
});

it('leaves out of an address what is not asked for', () => {
  expect(pathTo('/hosts', { query: 'a b', state: '', version: undefined })).toBe('/hosts?query=a+b');
  expect(pathTo('/hosts')).toBe('/hosts');
});
