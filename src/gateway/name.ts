// The names of services, as tools and scopes hold them.
import { z } from 'zod';

export const serviceName = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, 'is no name of a service, such as jira')
  .describe('name of the service, such as jira');
