import type { Arch } from '../../../protocol/schema/schema.ts';
import { run } from '../../../system/process/run.ts';
import type { Definition } from '../../definition/definition.ts';
import { requiredPackages } from '../lock/required-packages.ts';
import { aptEnvironment } from '../network/apt-network.ts';
import { explainFailure } from './explain-failure.ts';
import { writePins } from './pins.ts';
import { recommendedPackages } from './recommended-packages.ts';

/**
 * Asks apt for all packages that a definition takes, as `--print-uris` writes them. Throws `package_unknown`,
 * `version_unknown`, `packages_conflict` or `definition_invalid` when it cannot be satisfied.
 */
export async function solve(config: string, definition: Definition, arch: Arch): Promise<string> {
  const specs = requiredPackages(definition, arch);
  await writePins(config, definition, specs);
  const ask = (names: readonly string[]) =>
    run('apt-get', ['-qq', '-y', '--allow-downgrades', '--print-uris', 'install', ...names], {
      env: aptEnvironment(config),
      endsWithUs: true,
    }).catch(async (error) => {
      throw await explainFailure(error, config, definition, names);
    });
  const essential = ['?essential', ...specs];
  const chosen = await ask(essential);
  const more = await recommendedPackages(config, definition.recommends, chosen);
  return more.length === 0 ? chosen : ask([...essential, ...more]);
}
