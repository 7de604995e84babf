/** Where a host can stand, without the schema library, which the command line would load for these words alone. */
export const hostStates = ['up_to_date', 'updating', 'waiting', 'held', 'failed', 'silent', 'new'] as const;

/** How hosts can become known. */
export const enrollments = ['token', 'open'] as const;
