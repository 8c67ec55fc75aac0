// Which addresses the server may connect to: public ones, and what the operator allows by name or
// range. Nothing here resolves or connects.
import { BlockList, isIP } from 'node:net';
import { AppError } from '../base/index.ts';

type Range = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

/** Addresses that are not of the public internet (IANA's special-purpose registries). */
const special: readonly Range[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
];

/** IPv6 is closed but for global unicast, less what tunnels to IPv4 or is documentation. */
const globalUnicast: Range = ['2000::', 3, 'ipv6'];
const specialUnicast: readonly Range[] = [
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];

function listOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of ranges) list.addSubnet(network, prefix, family);
  return list;
}

const closed = listOf([...special, ...specialUnicast]);
const open = listOf([globalUnicast]);

const familyOf = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

function isPublic(address: string): boolean {
  const family = familyOf(address);
  if (closed.check(address, family)) return false;
  return family === 'ipv4' || open.check(address, family);
}

export interface AllowList {
  /** May this host be connected to at this address? `host` as the URL says it. */
  permits(host: string, address: string): boolean;
}

/**
 * Reads `MILLRACE_EGRESS_ALLOW`: names, addresses and CIDR ranges of the own network, such as
 * `jira.internal, 10.20.0.0/16`. Throws `invalid_input` for anything else.
 */
export function readAllowList(entries: readonly string[]): AllowList {
  const names = new Set<string>();
  const ranges = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/');
    const family = familyOf(address);
    const most = family === 'ipv4' ? 32 : 128;
    const bits = prefix === undefined ? most : Number(prefix);
    const isRange = isIP(address) > 0 && Number.isInteger(bits) && bits >= 0 && bits <= most;
    if (isRange && rest.length === 0) ranges.addSubnet(address, bits, family);
    else if (/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(entry)) names.add(entry.toLowerCase());
    else {
      throw new AppError('invalid_input', `MILLRACE_EGRESS_ALLOW holds "${entry}".`, {
        hint: 'It takes names, addresses and ranges: jira.internal, 10.20.0.5, 10.20.0.0/16.',
      });
    }
  }
  return {
    permits: (host, address) =>
      isPublic(address) ||
      names.has(host.toLowerCase()) ||
      ranges.check(address, familyOf(address)),
  };
}
