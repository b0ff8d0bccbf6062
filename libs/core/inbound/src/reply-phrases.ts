/** Marks of writing direction and blanks of other languages, which mail programs put between words. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const plain = (line: string) => line.replace(INVISIBLE, '').replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ').trim();

const MAX_LINE = 500;
const ORIGINAL =
  /^[-_*\s]{2,}(?:original message|original appointment|ursprüngliche nachricht|original[- ]?nachricht|originalnachricht|message d['’]origine|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|исходное сообщение|الرسالة الأصلية|رسالة أصلية|reply message|reply to message)[-_*\s]*$/i;
const FORWARDED =
  /^[-_*>\s]*(?:begin forwarded message|forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transféré|début du message transféré|début du message réexpédié|mensaje reenviado|inicio del mensaje reenviado|رسالة معاد توجيهها|الرسالة المحولة|بداية الرسالة المحولة)[-_*:\s]*$/i;
const FROM = /^[*\s]*(?:from|von|de|da|van|från|fra|lähettäjä|od|от|من|المرسل)[*\s]*:[*\s]*\S/i;
const BESIDE =
  /^[*\s]*(?:sent|gesendet|envoyé|enviado(?: el)?|inviato|verzonden|skickat|sendt|date|datum|fecha|data|dato|дата|to|an|à|para|a|aan|til|till|do|кому|cc|kopie|subject|betreff|objet|asunto|oggetto|onderwerp|ämne|emne|temat|тема|تم الإرسال|التاريخ|أُرسلت|إلى|الى|الموضوع|نسخة)[*\s]*:/i;
const RULE = /^[_\u2015\u2500-]{10,}$/;

const WROTE =
  /(?:wrote|schrieb(?:en)?|geschrieben|a écrit|écrit|escribió|escribio|ha scritto|escreveu|schreef(?: het volgende)?|skrev|napisał(?:\(a\))?|kirjoitti|написал(?:\(а\))?|пишет|تمت كتابة ما يلي بواسطة|كتبت?(?:\s*\/\s*كتبت)?)/i;
const ENDS = new RegExp(`${WROTE.source}[^\\n]{0,160}[:：]$`, 'i');
const ZOHO = /^-{2,}\s*.{4,300}\s(?:wrote|schrieb|a écrit|escribió|كتب)\s*-{2,}$/i;
const BEGINS = /^(?:on|am|le|el|il|em|op|den|på|w dniu|dnia|в|في|quoting|citat)\s/i;
const HAS_DATE = /[0-9٠-٩]{1,4}.{0,30}[0-9٠-٩]{1,4}|<[^<>\s]+@[^<>\s]+>/;

export const isOriginalSeparator = (line: string): boolean => line.length < MAX_LINE && ORIGINAL.test(plain(line));
export const isForwardSeparator = (line: string): boolean => line.length < MAX_LINE && FORWARDED.test(plain(line));
export const isRule = (line: string): boolean => line.length < MAX_LINE && RULE.test(plain(line));

/** Outlook's and Notes' way: “From: … Sent: … To: … Subject: …” above what they repeat. */
export function isHeaderBlock(lines: readonly string[], at: number): boolean {
  if (lines[at]!.length >= MAX_LINE || !FROM.test(plain(lines[at]!))) return false;
  let beside = 0;
  for (const line of lines.slice(at + 1, at + 8)) {
    if (line.length < MAX_LINE && BESIDE.test(plain(line))) beside++;
  }
  return beside >= 2;
}

/** How many lines an announcement (“On … Ana wrote:”) takes that begins here; programs break it over up to four. 0: it is none. */
export function announcementAt(lines: readonly string[], at: number): number {
  let joined = '';
  for (let count = 1; count <= 4 && at + count <= lines.length; count++) {
    const line = plain(lines[at + count - 1]!);
    if (line === '' || line.length >= MAX_LINE) return 0;
    joined = joined ? `${joined} ${line}` : line;
    if (ZOHO.test(joined)) return count;
    if (ENDS.test(joined) && HAS_DATE.test(joined) && (count === 1 || BEGINS.test(joined) || /</.test(joined)))
      return count;
  }
  return 0;
}

const DEVICE = [
  /^(?:sent|gesendet|envoyé|envoyée|enviado|inviato|verzonden|skickat)\s(?:from|by|with|von|mit|depuis|de|du|avec|desde|con|da|vanaf|med|från)\s.{2,80}$/i,
  /^(?:von meinem|from my|de mon|desde mi|dal mio|vom)\s.{2,60}(?:gesendet|sent|envoyé|enviado|inviato)?\.?$/i,
  /^(?:diese nachricht wurde|this message was sent|cette message a été|este mensaje (?:se envió|ha sido enviado)).{2,120}$/i,
  /^(?:get|holen sie sich|obtenir|téléchargez|obtener|obtén)\s.{0,60}outlook\s.{2,120}$/i,
  /^أ?ُ?رسلت? من .{2,60}$/,
  /^(?:تم الإرسال من|أُرسلت من|مرسل من).{2,60}$/,
  /^yahoo mail[: ].{0,120}$/i,
];

/** What a telephone or a program writes under every mail. */
export function isDeviceLine(line: string): boolean {
  const text = plain(line);
  return text.length < 200 && DEVICE.some((pattern) => pattern.test(text));
}
