import { BadRequestException, Get, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type Limit, Limits } from '@foyer/credentials';
import { Ask, type Asked, type FoyerRequest, id, isForm, MachineController, readForm, seeOther } from '@foyer/web';
import { Answers } from '../answers.js';
import { ConnectionBook } from '../connection-book.js';
import { backTo, entityOf, signOutOf } from '../paths.js';
import { SignOnRefused } from '../refused.js';
import { Replays } from '../replays.js';
import { ownMetadata } from './own-metadata.js';
import { judge, type SamlAnswer } from './saml-answer.js';
import { NotAMessage } from './saml-message.js';
import { type SamlConnectionAt, SamlProviders } from './saml-providers.js';
import { SamlStates } from './saml-states.js';

const ANSWERS: Limit = { name: 'saml-answers', points: 300, seconds: 900 };
const LIMITS = { bytes: 400 * 1024, pairs: 10, files: 0, fileBytes: 0 };
const onConnection = { params: { connection: id } };
type OnConnection = Asked<typeof onConnection>;

/** What providers ask of us and post to us, without anything of ours: whom it signs in, only the browser's own cookie says. */
@MachineController('sign-in/with')
export class SamlController {
  constructor(
    private readonly book: ConnectionBook,
    private readonly providers: SamlProviders,
    private readonly states: SamlStates,
    private readonly answers: Answers,
    private readonly replays: Replays,
    private readonly limits: Limits,
  ) {}

  @Get(':connection/metadata')
  async metadata(@Ask(onConnection) { connection: which }: OnConnection, @Res() res: Response): Promise<void> {
    const connection = await this.known(which);
    const certificates = (await this.states.keysOf(connection)).map(({ certificate }) => certificate);
    res.setHeader('Content-Type', 'application/samlmetadata+xml; charset=utf-8');
    res.setHeader('Cache-Control', 'no-cache');
    const [entityId, acs, signOut] = [entityOf(connection), backTo(connection), signOutOf(connection)];
    res.end(ownMetadata({ entityId, acs, signOut, certificates }));
  }

  /** An answer, judged as soon as it is here; the browser takes it to where it is known who it is. */
  @Post(':connection/return')
  async answer(@Ask(onConnection) { visit, connection: which }: OnConnection, @Req() req: FoyerRequest) {
    const connection = await this.known(which);
    await this.limits.count(ANSWERS, visit.device.ip ?? 'unknown');
    const { answer, relayState } = await posted(req);
    const secret = await this.judged(connection, answer, relayState).catch((error: unknown) => {
      if (error instanceof NotAMessage) throw new BadRequestException('web.error.body');
      if (error instanceof SignOnRefused) return this.answers.refusal(connection.id, error);
      throw error;
    });
    return seeOther(`/sign-in/with/${connection.id}/return?answer=${secret}`);
  }

  private async judged(connection: SamlConnectionAt, encoded: string, relayState: string): Promise<string> {
    const { entityId: idpIssuer, certificates } = await this.providers.of(connection);
    const { assertionId, until, ...said }: SamlAnswer = await judge(encoded, {
      ...{ idpIssuer, certificates, acs: backTo(connection), audience: entityOf(connection) },
      decryptionKeys: (await this.states.keysOf(connection)).map(({ privateKey }) => privateKey),
    });
    const isUnasked = said.inResponseTo === null;
    if (isUnasked && !connection.idpInitiated) throw new SignOnRefused('answer', 'not asked');
    // Whoever copies an answer on its way finds it used, in whichever process it was (security 30).
    await this.replays.mustBeFirst('assertion', `${connection.id} ${assertionId}`, until);
    return this.answers.keep(connection.id, { id: assertionId, said, unaskedFor: isUnasked ? relayState : null });
  }

  private async known(which: string): Promise<SamlConnectionAt> {
    const connection = await this.book.find(which);
    if (connection?.kind !== 'saml') throw new NotFoundException();
    return connection as SamlConnectionAt;
  }
}

/** @throws BadRequestException */
async function posted(req: FoyerRequest): Promise<{ answer: string; relayState: string }> {
  const pairs = isForm(req) ? await readForm(req, LIMITS, () => Promise.resolve()).catch(() => []) : [];
  const of = (name: string) => pairs.filter(([one]) => one === name).map(([, value]) => value);
  const [answer, another] = of('SAMLResponse');
  if (!answer || another !== undefined) throw new BadRequestException('web.error.body');
  return { answer, relayState: (of('RelayState')[0] ?? '').replaceAll('\0', '').toWellFormed() };
}
