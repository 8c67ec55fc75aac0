// The operations on the log of service calls: what is not named here does not exist.
import type { KeyObject } from 'node:crypto';
import type { AnyOperation } from '../../../operation/index.ts';
import type { Anchors } from '../anchors.ts';
import type { Reader } from '../reader.ts';
import type { Settings } from '../settings.ts';
import type { Verifier } from '../verify.ts';
import { anchorServiceAudit } from './anchor.ts';
import { listAnchors } from './anchors.ts';
import { listAlerts } from './alerts.ts';
import { exportServiceAudit } from './export.ts';
import { getServiceAudit } from './get.ts';
import { listServiceAudit } from './list.ts';
import { myServiceAudit } from './mine.ts';
import { myServiceUsage } from './my-usage.ts';
import { setServiceAuditSettings } from './set-settings.ts';
import { serviceAuditSettings } from './settings.ts';
import { serviceThroughput } from './throughput.ts';
import { serviceUsage } from './usage.ts';
import { verifyServiceAudit } from './verify.ts';

export interface ServiceAuditParts {
  reader: Reader;
  settings: Settings;
  anchors: Anchors;
  verify: Verifier;
  publicKey: () => Promise<KeyObject>;
}

export const serviceAuditOperations = (parts: ServiceAuditParts): AnyOperation[] => [
  listServiceAudit(parts.reader),
  getServiceAudit(parts.reader),
  myServiceAudit(parts.reader),
  exportServiceAudit,
  serviceThroughput(parts.reader),
  serviceUsage(parts.reader),
  myServiceUsage(parts.reader),
  listAlerts(parts.reader),
  verifyServiceAudit(parts.verify),
  anchorServiceAudit(parts.anchors),
  listAnchors(parts),
  serviceAuditSettings(parts.settings),
  setServiceAuditSettings(parts.settings),
];
