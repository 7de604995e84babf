import type { Command } from 'commander';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { readUserConfig, requireProfile, saveUserConfig, userConfigPath } from './client/user-config.ts';

/** Adds `interlock logout`: removes a saved server and its token; the token itself stays valid. */
export function addLogout(program: Command): void {
  verb(
    program,
    'logout',
    'Remove a saved server and its token: the current one, or that of --profile',
    'interlock logout',
    'interlock logout --profile lab',
  ).action(
    answer(async (_flags: unknown) => {
      const file = userConfigPath();
      const { current, profiles } = readUserConfig(file);
      const named = process.env.INTERLOCK_PROFILE || undefined;
      if (named !== undefined) requireProfile(profiles, named);
      const name = named ?? current;
      const { [name]: gone, ...left } = profiles;
      const next = name === current ? (Object.keys(left)[0] ?? current) : current;
      await saveUserConfig({ current: next, profiles: left }, file);
      const { server = null } = gone ?? {};
      const more = Object.keys(left).length > 0 ? line`; ${next} is used from now on` : '';
      const text = server
        ? line`removed ${server} and its token from this machine${more}; to revoke the token: interlock token revoke ID`
        : 'nothing was saved';
      return { text, data: { server, file, name } };
    }),
  );
}
