/** What a policy says where it is silent: filled in by the server, shown by the dashboard. */
export const policyDefaults = {
  max_failures: 5,
  failure_rate: { percent: 10, sample: 10 },
  silent_after: '2 hours',
  shape: 'staircase',
} as const;
