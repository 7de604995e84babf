import type { Command } from 'commander';
import { line } from '../protocol/text/visible.ts';
import { answerList } from '../system/command/answer-list.ts';
import { answer, group, verb } from '../system/command/command.ts';
import type { List } from '../system/list/list.ts';
import { type Profile, readUserConfig, requireProfile, saveUserConfig } from './client/user-config.ts';

interface Row extends Omit<Profile, 'token'> {
  name: string;
  current: boolean;
  hasToken: boolean;
}

const profileList: List<Row> = {
  none: 'no profiles: interlock login --server URL adds one',
  columns: [
    { name: 'name', value: ({ name }) => name },
    { name: 'current', value: ({ current }) => current },
    { name: 'server', value: ({ server }) => server },
    { name: 'ca', value: ({ ca }) => ca, isWide: true },
  ],
};

/** Adds `interlock profile`: the servers that `interlock login` saved, by their names. */
export function addProfile(program: Command): void {
  const profile = group(program, 'profile', 'Show and choose the servers that login has saved');
  answerList(
    verb(profile, 'list', 'Show the saved servers, without their tokens', 'interlock profile list'),
    profileList,
    async () => {
      const { current, profiles } = readUserConfig();
      const rows = Object.entries(profiles).map(([name, { token, ...rest }]) => ({
        ...{ name, current: name === current, hasToken: Boolean(token) },
        ...rest,
      }));
      return { rows };
    },
  );
  verb(
    profile,
    'use <profile>',
    'Use this server where no other is named',
    'interlock profile use prod',
  ).action(
    answer(async (name: string, _flags: unknown) => {
      const { profiles } = readUserConfig();
      requireProfile(profiles, name);
      await saveUserConfig({ current: name, profiles });
      const { server = null } = profiles[name] ?? {};
      return { text: line`${name} is used from now on: ${server ?? 'no server'}`, data: { name, server } };
    }),
  );
}
