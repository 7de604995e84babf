import { expect } from 'vitest';
import type { ErrorCode } from '../../../protocol/errors/error-table.ts';
import { remember } from './forge.ts';
import { makeHost, type TestHost } from './host.ts';
import { makeRepository, type TestRepository } from './repository.ts';

/** A host that runs version 1, has accepted 2 as its next, and a server that shows version 3 as alpha's head. */
export interface Scene {
  repository: TestRepository;
  host: TestHost;
  /** Expects the host to refuse version 3 with a code and to keep its cache; then the server is honest again and it is accepted. */
  refuses(code: ErrorCode, details?: Record<string, unknown>): Promise<void>;
  /** From now on this is what the honest server shows. */
  settle(): void;
}

/** Sets the scene, lets the attacker change the server, and cleans up. */
export async function attack(
  options: Parameters<typeof makeRepository>[0],
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const repository = await makeRepository(options);
  try {
    await repository.publish({ version: '1' });
    await repository.publish({ version: '2' });
    const host = await makeHost(repository);
    await host.offer('2', '1');
    await repository.publish({ version: '3' });
    let makeHonest = remember(repository);
    const settle = () => {
      makeHonest = remember(repository);
    };
    const refuses: Scene['refuses'] = async (code, details) => {
      const before = await host.cache();
      await expect(host.offer('3', '1')).rejects.toMatchObject({ code, ...(details ? { details } : {}) });
      expect(await host.cache()).toBe(before);
      makeHonest();
      expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    };
    await play({ repository, host, refuses, settle });
  } finally {
    await repository.close();
  }
}
