// Whose a credential is, and what its ciphertext is bound to. No I/O.

/** Nobody's id: the credential that everybody in the workspace shares. */
export const everybody = '00000000-0000-0000-0000-000000000000';

/** Whose connection to which service. */
export interface Owner {
  workspace: string;
  service: string;
  userId: string;
}

export const useOf = ({ service, userId }: Pick<Owner, 'service' | 'userId'>): string =>
  `gateway credential ${service} ${userId}`;
