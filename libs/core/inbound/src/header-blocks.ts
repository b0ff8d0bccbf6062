import { MAX_LINE, plain } from './reply-phrases.js';

/** What the lines above an earlier mail tell, in the languages that mail programs speak. */
const LABELS = {
  from: 'from|von|de|da|van|från|fra|lähettäjä|od|feladó|expeditor|από|от|від|kimden|gönderen|מאת|من|المرسل|发件人|寄件者|寄件人|差出人|送信者|보낸 ?사람|보낸이|từ|dari',
  to: 'to|an|à|a|para|per|aan|til|till|vastaanottaja|do|dla|komu|címzett|către|catre|προς|кому|kime|alıcı|אל|إلى|الى|收件人|收件者|宛先|받는 ?사람|받는이|đến|kepada',
  date: 'sent|date|gesendet|datum|envoyé(?: le)?|message du|enviado(?: el| em| a)?|fecha|inviato|data|verzonden|skickat|sendt|dato|lähetetty|päivämäärä|odesláno|datum odeslání|dátum|küldve|elküldve|wysłano|wysłane|trimis|ημερομηνία|στάλθηκε|дата|отправлено|надіслано|tarih|gönderildi|gönderme tarihi|gönderilme tarihi|תאריך|נשלח|التاريخ|تم الإرسال|تاريخ الإرسال|أُرسلت|发送时间|日期|時間|傳送時間|寄件日期|送信日時|日時|보낸 ?날짜|날짜|보낸 ?시간|ngày|tanggal',
  subject:
    'subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|předmět|predmet|temat|tárgy|subiect|θέμα|тема|konu|נושא|الموضوع|主题|主旨|主題|件名|제목|chủ đề|subjek|perihal',
  copy: 'cc|copy|kopie|copie(?: à)?|copia|cópia|kopia|kopi|kopio|másolat|κοιν(?:οποίηση)?|копия|копія|bilgi|עותק|نسخة|抄送|副本|참조',
  answers: 'reply-?to|antwort an|répondre à|responder a|rispondi a',
} as const;
type Label = keyof typeof LABELS;
const PATTERNS = Object.entries(LABELS).map(
  ([label, words]) => [label as Label, new RegExp(`^[*\\s]*(?:${words})[*\\s]*[:：]`, 'iu')] as const,
);
const FILLED = /[:：][*\s]*\S/;
/** An earlier mail came from an address, at a time. */
const TELLING = /@|\d{4}|\d[:.h]\d\d|\d[./-]\d/;
const MAX_LINES = 12;
const MAX_BROKEN = 3;

export interface HeaderBlock {
  /** How many lines it takes. */
  length: number;
  /** It has an address or a date: log files and lists, which look alike, have none. */
  telling: boolean;
}

/** “From: … Sent: … To: … Subject: …” in whatever order, as programs write above what they repeat; null: no such lines begin here. */
export function headerBlockAt(lines: readonly string[], at: number): HeaderBlock | null {
  if (!labelOf(lines[at]!)) return null;
  const found = new Set<Label>();
  let [end, broken, telling, sender] = [at, 0, false, false];
  for (let place = at; place < lines.length && place < at + MAX_LINES; place++) {
    const line = lines[place]!;
    if (line.trim() === '') {
      if (lines[place - 1]?.trim() === '') break;
      continue;
    }
    const label = labelOf(line);
    // Long lists of recipients go on in the next line.
    if (!label && (!/[@;]/.test(line) || ++broken > MAX_BROKEN)) break;
    if (label) found.add(label);
    if (label === 'from') sender ||= FILLED.test(line);
    telling ||= TELLING.test(line.slice(0, MAX_LINE));
    end = place + 1;
  }
  return sender && found.size >= 3 ? { length: end - at, telling } : null;
}

function labelOf(line: string): Label | null {
  if (line.length >= MAX_LINE && !line.slice(0, 30).includes(':')) return null;
  const text = plain(line.slice(0, MAX_LINE));
  return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
