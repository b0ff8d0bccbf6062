import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Config } from '@foyer/config';
import { type ByteRange, type Storage, StorageFailed } from './storage.js';

const ATTEMPTS = 3;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Files in an S3-compatible bucket. */
export class S3Storage implements Storage {
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor({ bucket, endpoint, region, accessKeyId, secretAccessKey }: NonNullable<Config['s3']>) {
    this.bucket = bucket;
    this.client = new S3Client({
      region,
      endpoint,
      credentials: { accessKeyId, secretAccessKey },
      // Services other than Amazon's seldom have a host name for each bucket, nor know the newer checksums.
      forcePathStyle: endpoint !== undefined,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: silent,
      requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
    });
  }

  async put(key: string, path: string, type: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.send(key, path, type);
      } catch (error) {
        if (attempt === ATTEMPTS) throw new StorageFailed(error);
        await sleep(200 * attempt);
      }
    }
  }

  /** A stream can be sent only once, so the client itself does not retry this. */
  private async send(key: string, path: string, type: string): Promise<void> {
    const { size } = await stat(path);
    const what = {
      Bucket: this.bucket,
      Key: key,
      Body: createReadStream(path),
      ContentLength: size,
      ContentType: type,
    };
    await this.client.send(new PutObjectCommand(what));
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const answer = await this.client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: range && `bytes=${range.start}-${range.end}` }),
      );
      return answer.Body as Readable;
    } catch (error) {
      throw new StorageFailed(error);
    }
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }
}
