import type { Command } from 'commander';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { readUserConfig, removeUserConfig, userConfigPath } from './user-config.ts';

/** `interlock logout`: this machine forgets server and token; the token itself goes on. */
export function addLogout(program: Command): void {
  verb(program, 'logout', 'Forget the kept server and token', 'interlock logout').action(
    answer(async (_flags: unknown) => {
      const file = userConfigPath();
      const { server = null } = readUserConfig(file);
      await removeUserConfig(file);
      const text = server
        ? line`${server} is forgotten here; to end the token everywhere: interlock token revoke ID`
        : 'nothing was kept';
      return { text, data: { server, file } };
    }),
  );
}
