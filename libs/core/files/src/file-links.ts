import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { sign, signatureMatches } from '@foyer/credentials';
import type { Tenant } from '@foyer/tenancy';

const PURPOSE = 'link to an uploaded file';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface FileLink {
  schema: string;
  fileId: string;
  /** Seconds since 1970. */
  expires: number;
}

/** Addresses of uploaded files: whoever has one may fetch that one file of that one tenant until it expires. */
@Injectable()
export class FileLinks {
  private readonly origin: string;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { protocol, host } = config.baseUrl;
    this.origin = `${protocol}//files.${host}`;
  }

  make({ schema }: Pick<Tenant, 'schema'>, { id, name }: { id: string; name: string }, seconds: number): string {
    // Rounded up, so that a page shown twice has the same address and the picture comes from the cache.
    const expires = (Math.floor(Date.now() / 1000 / seconds) + 2) * seconds;
    const link = { schema, fileId: id, expires };
    return `${this.origin}/${schema}/${id}/${encodeURIComponent(name)}?e=${expires}&s=${this.signature(link)}`;
  }

  /** What an address stands for; null when it was changed, made up, or has expired. */
  read(url: string): FileLink | null {
    const { pathname, searchParams } = new URL(url, this.origin);
    const [, schema = '', fileId = '', , ...more] = pathname.split('/');
    const expires = Number(searchParams.get('e'));
    if (!UUID.test(fileId) || more.length > 0 || !Number.isSafeInteger(expires)) return null;
    const link = { schema, fileId, expires };
    if (!signatureMatches(this.signature(link), searchParams.get('s') ?? '')) return null;
    return expires * 1000 > Date.now() ? link : null;
  }

  private signature({ schema, fileId, expires }: FileLink): string {
    return sign(this.config.secretKey, PURPOSE, `${schema}/${fileId}/${expires}`);
  }
}
