// An anchor says, signed, how far the chains of a workspace went and which were deleted for age.
// Its key comes from the master key, so that who has only the database cannot make one.
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify as verifySignature,
} from 'node:crypto';
import { canonicalJson, sha256 } from '../../base/index.ts';

/** A row that a chain had. */
export interface ChainState {
  chain: string;
  seq: number;
  hash: string;
}

export interface Anchor {
  /** From 1. */
  number: number;
  at: number;
  /** Those that went on since the anchor before. */
  chains: ChainState[];
  /** Those that are deleted for age from now on. */
  purged: string[];
  prevHash: string;
  hash: string;
  /** Ed25519 of the text of `hash`, base64. */
  signature: string;
}

export type Unsigned = Omit<Anchor, 'hash' | 'signature'>;

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface AnchorKey {
  secret: KeyObject;
  public: KeyObject;
}

/** From 32 bytes of the installation's own. */
export function anchorKey(seed: Buffer): AnchorKey {
  const key = Buffer.concat([pkcs8, seed]);
  const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return { secret, public: createPublicKey(secret) };
}

/** SHA-256 of the anchor with its workspace, keys sorted, without hash and signature. */
export function anchorHash(workspace: string, anchor: Unsigned): string {
  const { number, at, chains, purged, prevHash } = anchor;
  return sha256(canonicalJson({ workspace, number, at, chains, purged, prevHash }));
}

export function signed(workspace: string, anchor: Unsigned, key: AnchorKey): Anchor {
  const hash = anchorHash(workspace, anchor);
  const signature = sign(null, Buffer.from(hash), key.secret).toString('base64');
  return { ...anchor, hash, signature };
}

export function isSigned({ hash, signature }: Anchor, key: KeyObject): boolean {
  return verifySignature(null, Buffer.from(hash), key, Buffer.from(signature, 'base64'));
}
