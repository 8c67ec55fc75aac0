// Who counts as a worker that lives, for the answers that people get.

/** Three pings may be lost. */
const heardWithinMs = 30_000;

/** Workers whose last ping is older than this moment are not counted. */
export const heardSince = (now: number): number => now - heardWithinMs;
