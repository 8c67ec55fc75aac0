// serviceAudit.export
import { operation } from '../../../operation/index.ts';
import { exportSelection } from '../fields.ts';

/** The address streams what this lets somebody take: the row of the export is the row of this. */
export const exportServiceAudit = operation({
  name: 'serviceAudit.export',
  summary: 'Take every row of service calls, as JSON lines or CSV, oldest first (admins).',
  risk: 'read',
  action: 'gateway_admin:read',
  input: exportSelection,
  output: exportSelection,
  run: async (_call, wanted) => wanted,
});
