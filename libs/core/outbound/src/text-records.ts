import { Resolver } from 'node:dns/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';

/** What says that there is nothing, beside an empty answer. */
const NOTHING_THERE = new Set(['ENOTFOUND', 'ENODATA']);
const TIMEOUT_MS = 4_000;
const TRIES = 2;
const MOST = 200;

/** Text records of the DNS, by which people show that a domain is theirs. */
@Injectable()
export class TextRecords {
  private readonly resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });

  constructor(@Inject(CONFIG) { dnsServers }: Pick<Config, 'dnsServers'>) {
    if (dnsServers.length > 0) this.resolver.setServers(dnsServers);
  }

  /** Those at a name, each put together from its parts; null when the DNS does not answer, which is not the same as none. */
  async at(name: string): Promise<string[] | null> {
    try {
      return (await this.resolver.resolveTxt(name)).slice(0, MOST).map((parts) => parts.join(''));
    } catch (error) {
      return NOTHING_THERE.has((error as NodeJS.ErrnoException).code ?? '') ? [] : null;
    }
  }
}
