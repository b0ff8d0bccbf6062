import { PayloadTooLargeException } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { type BodyReader, type FoyerRequest, Problem, type Upload } from '@foyer/web';
import { unknownAt } from './faults.js';

/** The one file of a form, in a temporary place. @throws Problem 400, 413, 415, 422 */
export async function uploadOf(bodies: BodyReader, req: FoyerRequest): Promise<Upload> {
  if (!/^multipart\/form-data\s*;/i.test(req.get('content-type') ?? '')) throw new Problem(415, 'upload-type');
  await bodies.read(req, req.res!).catch((error: unknown) => {
    if (error instanceof PayloadTooLargeException) throw new Problem(413, 'too-large');
    throw (error as { status?: number }).status === 400 ? new Problem(400, 'upload-unreadable') : error;
  });
  const uploads = req.uploads ?? [];
  const others = [...Object.keys(req.body as object), ...uploads.map(({ field }) => field)].filter(
    (name) => name !== 'file',
  );
  if (others.length > 0) throw new Problem(422, 'invalid', { errors: others.map((name) => unknownAt([name])) });
  const [upload, ...more] = uploads;
  if (!upload) throw new InvalidField('file', 'web.form.required');
  if (more.length > 0) throw new InvalidField('file', 'files.refused.too-many', { max: 1 });
  return upload;
}
