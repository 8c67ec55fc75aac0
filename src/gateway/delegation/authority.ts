// What a call of a service may do when a flow acts for a person: asked at every call, beside what
// the person may do themself.
import type { Caller } from '../../operation/index.ts';
import type { HighRiskGrants } from './high-risk.ts';
import { refusal } from '../reasons.ts';

/** One action of a service. */
export interface ServiceAsk {
  service: string;
  class: 'read' | 'write' | 'high_risk';
  action: string;
}

export interface Authority {
  /** Throws `service_not_declared`. Who acts for themself (a service account) is not asked. */
  admit(caller: Caller, wanted: { service: string }): void;
  /** Throws the refusal of what the flow may not do in a service that it declares. */
  assert(caller: Caller, ask: ServiceAsk): Promise<void>;
}

export function createAuthority(highRisks: Pick<HighRiskGrants, 'allows'>): Authority {
  return {
    admit({ delegation }, { service }) {
      if (delegation === null || Object.hasOwn(delegation.classes, service)) return;
      throw refusal('service_not_declared', `The flow may not use ${service.slice(0, 60)}.`, {
        hint: 'Declare it in gateway-services in the value of the flow, and deploy that.',
      });
    },

    async assert({ delegation }, { service, class: wanted, action }) {
      if (delegation === null) return;
      const { classes, grantId } = delegation;
      const allowed = classes[service] ?? [];
      if (!allowed.includes(wanted)) {
        throw refusal('class_not_declared', `The flow does not declare ${service}: ${wanted}.`, {
          hint: `It declares ${allowed.join(', ')} for ${service}; no class implies another.`,
        });
      }
      if (wanted !== 'high_risk') return;
      if (await highRisks.allows(grantId, service, action)) return;
      throw refusal('high_risk_not_granted', `No admin lets this flow do ${service}.${action}.`, {
        hint: 'An admin grants it for a while, with a reason: highRiskGrants.create.',
      });
    },
  };
}
