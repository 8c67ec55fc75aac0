// Input fields that many operations share, so that they read the same everywhere.
import { z } from 'zod';

/** Paging of lists: pages count from 1. */
export const pageFields = {
  page: z.int().min(1).max(1_000_000).default(1).describe('page, from 1'),
  perPage: z.int().min(1).max(100_000).default(30).describe('rows a page'),
};
