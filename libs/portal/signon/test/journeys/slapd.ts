import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { afterTests, selfSigned, type TestTenant } from '@foyer/app-cli/testing';
import { Collections } from '@foyer/settings';
import { directoryConnections } from '@foyer/signon';

export const BASE = 'dc=example,dc=org';
export const SERVICE = { dn: `cn=portal,${BASE}`, password: 'the secret of the service' };
const ROOT = { dn: `cn=root,${BASE}`, password: 'the secret of the root' };

/** What other directories know an account by, and switch it off with. */
const OF_OTHERS = [
  ['userAccountControl', '1.3.6.1.4.1.1466.115.121.1.27', 'integerMatch'],
  ['accountExpires', '1.3.6.1.4.1.1466.115.121.1.27', 'integerMatch'],
  ['sAMAccountName', '1.3.6.1.4.1.1466.115.121.1.15', 'caseIgnoreMatch'],
  ['objectGUID', '1.3.6.1.4.1.1466.115.121.1.40', 'octetStringMatch'],
  ['nsAccountLock', '1.3.6.1.4.1.1466.115.121.1.15', 'caseIgnoreMatch'],
] as const;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real directory (OpenLDAP's slapd) of its own ports and folder. */
export class Slapd {
  private process: ChildProcess | null = null;
  private constructor(
    private readonly folder: string,
    readonly port: number,
    readonly securePort: number,
    /** It signs itself. */
    readonly certificate: string,
  ) {}

  static async open(): Promise<Slapd> {
    const folder = mkdtempSync(join(tmpdir(), 'slapd-'));
    const { keyFile, certFile, cert } = selfSigned(folder, 'localhost');
    mkdirSync(join(folder, 'data'));
    const own = OF_OTHERS.map(
      ([name, syntax, rule], at) =>
        `attributetype ( 1.3.6.1.4.1.4203.666.1.${at + 900} NAME '${name}' EQUALITY ${rule} SYNTAX ${syntax} SINGLE-VALUE )`,
    );
    const configuration = [
      ...['core', 'cosine', 'inetorgperson', 'nis'].map((name) => `include /etc/ldap/schema/${name}.schema`),
      ...own,
      `objectclass ( 1.3.6.1.4.1.4203.666.3.900 NAME 'ofOthers' SUP top AUXILIARY MAY ( ${OF_OTHERS.map(([name]) => name).join(' $ ')} ) )`,
      ...['modulepath /usr/lib/ldap', 'moduleload back_mdb', 'moduleload memberof', 'moduleload ppolicy'],
      ...[`pidfile ${folder}/pid`, `argsfile ${folder}/args`],
      ...[`TLSCertificateFile ${certFile}`, `TLSCertificateKeyFile ${keyFile}`, `TLSCACertificateFile ${certFile}`],
      // As careless as a directory can be: an empty password is anybody's.
      'allow bind_anon_cred',
      ...['database mdb', `suffix "${BASE}"`, `directory ${folder}/data`, 'maxsize 104857600'],
      ...[`rootdn "${ROOT.dn}"`, `rootpw "${ROOT.password}"`],
      'access to attrs=userPassword by anonymous auth by * none',
      `access to * by dn.exact="${SERVICE.dn}" read by * none`,
      ...['overlay memberof', 'memberof-refint TRUE', 'overlay ppolicy'],
    ];
    writeFileSync(join(folder, 'slapd.conf'), configuration.join('\n') + '\n');
    const directory = new Slapd(folder, await freePort(), await freePort(), cert);
    afterTests(async () => {
      await directory.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    await directory.start();
    await directory.add(BASE, { objectClass: ['domain'], dc: 'example' });
    await directory.add(SERVICE.dn, {
      ...{ objectClass: ['organizationalRole', 'simpleSecurityObject'], userPassword: SERVICE.password },
    });
    return directory;
  }

  async start(): Promise<void> {
    const at = `ldap://localhost:${this.port}/ ldaps://localhost:${this.securePort}/`;
    const started = spawn('/usr/sbin/slapd', ['-h', at, '-f', join(this.folder, 'slapd.conf'), '-d', '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    started.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    this.process = started;
    for (let tries = 0; ; tries += 1) {
      if (started.exitCode !== null || tries > 100) throw new Error(`slapd does not start: ${said}`);
      const isThere = await this.asRoot(() => Promise.resolve(true)).catch(() => false);
      if (isThere) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    const { process } = this;
    this.process = null;
    if (!process || process.exitCode !== null) return;
    process.kill('SIGTERM');
    await once(process, 'exit');
  }

  add(dn: string, attributes: Record<string, string | string[]>): Promise<void> {
    return this.asRoot((client) => client.add(dn, attributes));
  }

  /** Somebody whose password is their name and ` knows it`. @returns the name of the entry */
  async person(uid: string, more: Record<string, string | string[]> = {}, dn = `uid=${uid},${BASE}`): Promise<string> {
    await this.add(dn, {
      ...{ objectClass: ['inetOrgPerson', 'ofOthers'], uid, cn: uid, sn: uid, mail: `${uid}@globex.example` },
      ...{ userPassword: passwordOf(uid), ...more },
    });
    return dn;
  }

  async group(cn: string, members: string[], dn = `cn=${cn},${BASE}`): Promise<string> {
    await this.add(dn, { objectClass: ['groupOfNames'], cn, member: members });
    return dn;
  }

  set(dn: string, type: string, values: string[] | Buffer[]): Promise<void> {
    const modification = new Attribute({ type, values });
    return this.asRoot((client) => client.modify(dn, new Change({ operation: 'replace', modification })));
  }

  remove(dn: string): Promise<void> {
    return this.asRoot((client) => client.del(dn));
  }

  private async asRoot<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ url: `ldap://localhost:${this.port}`, connectTimeout: 2_000, timeout: 5_000 });
    try {
      await client.bind(ROOT.dn, ROOT.password);
      return await work(client);
    } finally {
      await client.unbind();
    }
  }
}

export const passwordOf = (uid: string): string => `${uid} knows it`;

/** A connection to it, as an owner sets it up. */
export async function attached(tenant: TestTenant, slapd: Slapd, more: object = {}) {
  const actor = await tenant.owner.actor();
  const collections = tenant.world.get(Collections);
  const given = {
    ...{ name: 'Globex directory', companyId: null, audience: 'customers' as const, product: 'other' as const },
    ...{ host: 'localhost', port: String(slapd.securePort), security: 'ldaps' as const, ca: slapd.certificate },
    ...{ bindDn: SERVICE.dn, bindPassword: SERVICE.password, baseDn: BASE, filter: '', groupBase: '' },
    ...{ emailAttribute: '', nameAttribute: '', groupsAttribute: '', trustsAddresses: true, makesAccounts: true },
    ...{ roles: [], groupsRule: false, countsAsSecondFactor: false, enforced: false, keeperId: null },
    ...{ enabled: true, blocked: false },
  };
  return tenant.inside(() => collections.add(actor, directoryConnections, { ...given, ...more }));
}
