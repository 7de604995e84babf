import { expect, test } from 'vitest';
import { attack, type Scene } from '../support/trust/attack.ts';
import { remember, showRoles } from '../support/trust/forge.ts';

const day = 86_400_000;

/** The server signs its own roles anew at another time than now. */
async function signAt({ repository }: Scene, at: number): Promise<void> {
  repository.server.now = () => new Date(at);
  await showRoles(repository, {});
}

test('a server whose clock was ahead costs its hosts nothing once it signs again', () =>
  attack({}, async (scene) => {
    const { host } = scene;
    await signAt(scene, Date.now() + 730 * day);
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    await signAt(scene, Date.now());
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
  }));

test('hosts whose clocks were ahead with it come back by the newer timestamp that says an earlier time', () =>
  attack({}, async (scene) => {
    const { host, repository } = scene;
    const ahead = Date.now() + 10 * day;
    await signAt(scene, ahead);
    host.options.clock.at = new Date(ahead + 1000);
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    const stale = remember(repository);

    host.options.clock.at = undefined;
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'clock_behind' });
    await signAt(scene, Date.now());
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    expect(new Date(JSON.parse((await host.cache()) ?? '').verifiedAt).getTime()).toBeLessThan(ahead);

    stale();
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'metadata_rollback' });
  }));

test('a clock that is set back gains nothing: what is newer was signed later than what is proven', () =>
  attack({}, async (scene) => {
    const { host } = scene;
    await host.offer('3', '1');
    await signAt(scene, Date.now() + 60_000);
    host.options.clock.at = new Date(Date.now() - 2 * 3_600_000);
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'clock_behind' });
  }));

test('nor does one that is set back before the newer timestamp was signed', () =>
  attack({}, async (scene) => {
    const { host } = scene;
    const ahead = Date.now() + 10 * day;
    await signAt(scene, ahead);
    host.options.clock.at = new Date(ahead + 1000);
    await host.offer('3', '1');
    await signAt(scene, Date.now());
    host.options.clock.at = new Date(Date.now() - 5 * day);
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'clock_behind' });
  }));
