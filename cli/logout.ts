import type { Command } from 'commander';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { readUserConfig, removeUserConfig, userConfigPath } from './client/user-config.ts';

/** Adds `interlock logout`: removes the saved server and token; the token itself stays valid. */
export function addLogout(program: Command): void {
  verb(program, 'logout', 'Remove the saved server and token', 'interlock logout').action(
    answer(async (_flags: unknown) => {
      const file = userConfigPath();
      const { server = null } = readUserConfig(file);
      await removeUserConfig(file);
      const text = server
        ? line`removed ${server} and its token from this machine; to revoke the token: interlock token revoke ID`
        : 'nothing was saved';
      return { text, data: { server, file } };
    }),
  );
}
