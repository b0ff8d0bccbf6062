import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Config } from '@foyer/config';
import { EVERYTHING } from '@foyer/entitlements';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { ReplyAddresses } from '../src/reply-addresses.js';

const addresses = new ReplyAddresses({ secretKey: 'k'.repeat(32), inbound: { domain: 'in.example.com' } } as Config);
const tenant = (slug: string): Tenant => ({
  ...{ id: randomUUID(), slug, name: slug, schema: 't_1', role: 't_1', status: 'active', entitled: EVERYTHING },
  ...{ standing: null, plan: 'team', trialEndsAt: null },
  origin: `https://${slug}.example.com`,
});
const [acme, bolt] = [tenant('acme'), tenant('bolt')];
const [ana, bob] = [randomUUID(), randomUUID()];

describe('reply addresses', () => {
  test('are for one ticket, one person, one tenant', () => {
    const address = inTenant(acme, () => addresses.addressFor(7, ana));
    expect(inTenant(acme, () => addresses.numberIn(address))).toBe(7);
    expect(inTenant(acme, () => addresses.isFor(address, 7, ana))).toBe(true);
    expect(inTenant(acme, () => addresses.isFor(address.toUpperCase(), 7, ana))).toBe(true);
    expect(inTenant(acme, () => addresses.isFor(address, 8, ana))).toBe(false);
    expect(inTenant(acme, () => addresses.isFor(address, 7, bob))).toBe(false);
    expect(inTenant(bolt, () => addresses.isFor(address.replace('acme', 'bolt'), 7, ana))).toBe(false);
  });

  test('a seal that was cut short or changed is worth nothing', () => {
    const address = inTenant(acme, () => addresses.addressFor(7, ana));
    const [local, domain] = address.split('@') as [string, string];
    for (let length = local.length - 13; length > 4; length--)
      expect(inTenant(acme, () => addresses.isFor(`${local.slice(0, length)}@${domain}`, 7, ana))).toBe(false);
    for (let at = 'acme+r.'.length; at < local.length; at++) {
      const other = local[at] === 'a' ? 'b' : 'a';
      const forged = `${local.slice(0, at)}${other}${local.slice(at + 1)}@${domain}`;
      expect(inTenant(acme, () => addresses.isFor(forged, 7, ana))).toBe(false);
    }
  });

  test('fit into a mail address whatever the tenant is called, and tell every number', () => {
    const slug = fc.stringMatching(/^[a-z][a-z0-9]{2,39}$/);
    fc.assert(
      fc.property(slug, fc.integer({ min: 1, max: 2 ** 31 }), (name, number) =>
        inTenant(tenant(name), () => {
          const address = addresses.addressFor(number, ana);
          expect(address.indexOf('@')).toBeLessThanOrEqual(64);
          expect(addresses.numberIn(address)).toBe(number);
          expect(addresses.isFor(address, number, ana)).toBe(true);
        }),
      ),
    );
  });
});

describe('message ids', () => {
  const ticketId = randomUUID();
  const id = inTenant(acme, () => addresses.messageIdFor({ ticketId, personId: ana }, 'key'));

  test('tell ticket and person to the tenant that gave them', () => {
    expect(inTenant(acme, () => addresses.read(id))).toEqual({ ticketId, personId: ana });
    expect(inTenant(bolt, () => addresses.read(id))).toBeNull();
    expect(inTenant(acme, () => addresses.messageIdFor({ ticketId, personId: ana }, 'key'))).toBe(id);
  });

  test('guessed ones tell nothing', () => {
    const other = randomUUID().replaceAll('-', '');
    expect(inTenant(acme, () => addresses.read(id.replace(ticketId.replaceAll('-', ''), other)))).toBeNull();
    expect(inTenant(acme, () => addresses.read(`<ticket.${ticketId}@acme.example.com>`))).toBeNull();
    expect(inTenant(acme, () => addresses.read(''))).toBeNull();
  });
});
