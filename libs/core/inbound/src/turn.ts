/** What a mail is to the one before it. `unknown`: nothing says that there was one. */
export type Turn = 'reply' | 'forward' | 'unknown';

const FORWARD =
  /^(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|přep|preposlané|továbbítva|fs|προωθ|пересл|пер|ilt|i̇lt|הועבר|إعادة توجيه|转发|轉寄|转寄|転送|전달)\s*(?:\[\d+\])?\s*[:：]/i;
const REPLY =
  /^(?:re|aw|antw|antwort|sv|odp|ynt|yanıt|r|rif|res|ref|bls|atb|vá|απ|σχετ|на|отв|відп|השב|רד|رد|回复|答复|回覆|返信|답장|回信)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]/i;
/** What lists and filters put before a subject. */
const BEFORE = /^(?:\s*\[[^\]]{1,40}\]\s*)+/;

/** By its subject, as programs begin it, and otherwise by whether it names a mail that it answers. */
export function turnOf(subject: string, answers: boolean): Turn {
  const bare = subject.trim().replace(BEFORE, '');
  if (FORWARD.test(bare)) return 'forward';
  return answers || REPLY.test(bare) ? 'reply' : 'unknown';
}
