/** Marks of writing direction and blanks of other languages, which mail programs put between words. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
export const plain = (line: string): string =>
  line
    .replace(INVISIBLE, '')
    .replace(/[\u00a0\u202f\u3000]/g, ' ')
    .trim();

export const MAX_LINE = 500;
const MAX_ANNOUNCEMENT_LINES = 4;

/** What stands above an earlier mail, between dashes or alone on its line. */
const ORIGINAL =
  /^[-_*=—–\s]{2,}(?:original message|original appointment|original e-?mail|ursprüngliche nachricht|original[- ]?nachricht|originalnachricht|message d['’]origine|message original|message initial|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|origineel bericht|ursprungligt meddelande|oprindelig (?:meddelelse|besked)|opprinnelig (?:melding|e-post)|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|pierwotna wiadomość|původní (?:zpráva|e-mail)|pôvodná správa|eredeti üzenet|mesaj(?:ul)? original|αρχικό μήνυμα|исходное (?:сообщение|письмо)|оригинальное сообщение|оригінальне повідомлення|orijinal (?:mesaj|ileti|e-posta)|özgün ileti|הודעה מקורית|الرسالة الأصلية|رسالة أصلية|原始邮件|原邮件|原始郵件|原始訊息|元のメッセージ|원본 ?(?:메시지|메일)|reply message|reply to message)[-_*=—–\s]*$/i;
const FORWARDED =
  /^[-_*=—–>\s]*(?:begin forwarded message|start of forwarded message|forwarded (?:message|mail|e-?mail)|(?:anfang der )?weitergeleiteten? (?:nachricht|e-?mail|mail)|message transféré|courriel transféré|début du (?:message|courriel) (?:transféré|réexpédié)|mensaje reenviado|inicio del mensaje reenviado|mensaje remitido|messaggio (?:inoltrato|in inoltro)|inizio (?:del )?messaggio inoltrato|mensagem (?:encaminhada|reencaminhada)|in[ií]cio da mensagem (?:encaminhada|reencaminhada)|doorgestuurd (?:bericht|e-mail)|begin doorgestuurd bericht|vidarebefordrat (?:meddelande|brev)|(?:början på )?vidarebefordrat (?:meddelande|brev)|videresendt (?:meddelelse|besked|melding|e-post)|start på videresendt (?:besked|meddelelse|melding)|begynnelsen på videresendt (?:melding|e-post)|(?:start )?videresend(?:t|te) (?:melding|e-post|meddelelse|besked)|välitetty viesti|edelleenlähetetty viesti|lähetetty eteenpäin|alkaa välitetty viesti|välitetty viesti alkaa|(?:treść )?przekazan(?:a|ej) (?:wiadomość|wiadomości)|początek przekazanej wiadomości|wiadomość przekazana dalej|přeposlan(?:á|é) (?:zpráva|zprávy)|začátek přeposlané zprávy|preposlaná správa|továbbított (?:üzenet|levél)|továbbított üzenet kezdete|mesaj redirecționat|începutul mesajului redirecționat|προωθημένο μήνυμα|προωθούμενο μήνυμα|έναρξη προωθημένου μηνύματος|пересылаемое (?:сообщение|письмо)|пересланное (?:сообщение|письмо)|начало (?:переадресованного|пересылаемого|пересланного) (?:сообщения|письма)|конец пересылаемого сообщения|переслане повідомлення|початок переадресованого повідомлення|yönlendirilen (?:ileti|mesaj)|iletilen (?:mesaj|ileti)|yönlendirilmiş (?:ileti|mesaj)|iletilmiş ileti başlangıcı|הודעה שהועברה|תחילת ההודעה שהועברה|رسالة معاد توجيهها|الرسالة المحولة|بداية الرسالة (?:المحولة|المعاد توجيهها|المُعاد توجيهها)|رسالة مُعاد توجيهها|转发的?(?:邮件|信息|邮件信息)|被转发的?邮件|以下是转发的邮件|開始轉寄郵件|轉寄(?:的)?(?:郵件|訊息)|转发的?邮件开始|转发邮件信息|轉寄郵件|転送された?メッセージ|転送メッセージ|転送されたメール|전달된 (?:메시지|메일|전자 ?메일)|전달 메시지)[-_*=—–:：\s]*$/i;
/** A line of dashes, or whatever words of whatever language between dashes. */
const RULE = /^(?:[_\u2015\u2500-]{10,}|[-_=]{3,}\s?[^-_=][^\n]{0,60}?\s?[-_=]{3,})$/;

const WROTE =
  /(?:wrote|writes|schrieb(?:en)?|geschrieben|a écrit|écrit|escribió|escribio|ha scritto|scrive|escreveu|schreef(?: het volgende)?|skrev|napisał(?:\(a\)|a)?|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|kirjoitti|ezt írta|a scris|έγραψε|написал(?:\(а\)|а)?|написав|написа|пишет|пише|yazdı|כתב(?:\/ה|ה)?|מאת|تمت كتابة ما يلي بواسطة|كتبت?(?:\s*\/\s*كتبت)?|写道|寫道|写了|님이 (?:작성|쓴 글)|작성|đã viết|menulis)/i;
const ENDS = new RegExp(`${WROTE.source}[^\\n]{0,160}[:：]$`, 'i');
const ZOHO = /^-{2,}\s*.{4,300}\s(?:wrote|schrieb|a écrit|escribió|كتب)\s*-{2,}$/i;
const ADDRESS = /[^\s<>()[\],;:"]+@[^\s<>()[\],;:"]+\.[^\s<>()[\],;:"]+/;
const DATE = /[0-9٠-٩]{1,4}.{0,30}[0-9٠-٩]{1,4}/;
const MOMENT = /(?:19|20)\d\d|\d{1,2}[:.h]\d\d/;
/** How an announcement begins that goes on in the next line: with “On”, a weekday or a date. */
const BEGINS =
  /^[“"*\s]*(?:(?:on|at|am|le|el|il|il giorno|em|op|den|no dia|på|w dniu|dnia|dne|в|у|στις|în|vào|pada|ב?תאריך|في|quoting|citat|在|於|于)[\s，,]|(?:\p{L}{1,12}[.,]{0,2}\s+){0,2}[0-9٠-٩])/iu;
const DIGIT = /[0-9٠-٩]/;

export const isOriginalSeparator = (line: string): boolean => line.length < MAX_LINE && ORIGINAL.test(plain(line));
export const isForwardSeparator = (line: string): boolean => line.length < MAX_LINE && FORWARDED.test(plain(line));
export const isRule = (line: string): boolean => line.length < MAX_LINE && RULE.test(plain(line));

/**
 * How many lines an announcement (“On … Ana wrote:”) takes that begins here; programs break it over up to four. Lines
 * above it are the sender's: only a line that begins like one is taken to be its beginning. 0: it is none.
 */
export function announcementAt(lines: readonly string[], at: number): number {
  let joined = '';
  for (let count = 1; count <= MAX_ANNOUNCEMENT_LINES && at + count <= lines.length; count++) {
    const line = lines[at + count - 1]!.length < MAX_LINE ? plain(lines[at + count - 1]!) : '';
    if (line === '') return 0;
    if (count > 1 && (!begins(plain(lines[at]!)) || (begins(line) && announces(line)) || isWhole(line))) return 0;
    joined = joined ? `${joined} ${line}` : line;
    if (announces(joined)) return count;
  }
  return 0;
}

/** “On Monday Max wrote:” announces by itself; what stands above it, such as “3 x A-100”, is the sender's. */
const isWhole = (line: string): boolean => ENDS.test(line) && BEGINS.test(line) && !/^[“"*\s]*[0-9٠-٩]/.test(line);
const begins = (line: string): boolean => BEGINS.test(line) && DIGIT.test(line);

function announces(line: string): boolean {
  if (ZOHO.test(line)) return true;
  if (ENDS.test(line)) return DATE.test(line) || ADDRESS.test(line);
  // In whatever language: a date, an address, a colon.
  return /[:：]$/.test(line) && BEGINS.test(line) && ADDRESS.test(line) && MOMENT.test(line);
}

const DEVICE =
  '(?:iphone|ipad|ipod|apple|icloud|android|samsung|galaxy|huawei|honor|xiaomi|redmi|mi phone|oppo|vivo|realme|oneplus|pixel|nokia|sony|xperia|htc|lg|motorola|moto|blackberry|fairphone|windows|surface|outlook|hotmail|yahoo|gmail|google|gmx|web\\.de|t-online|freenet|orange|sfr|free|laposte|libero|virgilio|k-?9|thunderbird|proton|tutanota|tuta|spark|airmail|canary|bluemail|aqua ?mail|nine|mail\\.ru|mail for|mail para|mail für|mail pour|mail per|mail voor|myMail|yandex|zoho|naver|qq|网易|foxmail|telefon|handy|smartphone|smart phone|cell ?phone|mobile|mobil|móvil|celular|téléphone|portable|cellulare|telefono|telefoon|telefoni|puhelime|phone|tablet|tablette|smartwatch)';
const OWN =
  '(?:my|the|meinem|meiner|dem|der|mon|ma|mi|meu|minha|il mio|la mia|mijn|min|mit|mitt|mého|mojego|моего|моей|мого|θα)?';
const VERB =
  'sent|gesendet|verschickt|envoyé|envoyée|enviado|enviada|inviato|inviata|verzonden|verstuurd|skickat|skickades|sendt|lähetetty|odesláno|odoslané|wysłane|wysłano|elküldve|küldve|trimis|στάλθηκε|отправлено|надіслано|нiдiслано';
const DEVICES = [
  // “Sent from my iPhone.” is a telephone's, “Sent from our warehouse on Monday, where is it?” a person's.
  new RegExp(
    `^(?:${VERB})\\s(?:from|via|with|using|by|von|vom|mit|über|depuis|de|du|avec|par|à partir de|desde|con|com|do|da|dal|dall['’]|tramite|vanaf|van|met|via|från|med|fra|din|z|ze|из|с|зі|з|από|iz)\\s*${OWN}\\s*(?:[\\p{L}\\d-]+\\s){0,2}?\\[?${DEVICE}[^,;!?]{0,60}$`,
    'iu',
  ),
  new RegExp(
    `^(?:von meinem|von meiner|vom|från min|fra min|de mon|desde mi|dal mio|vanaf mijn|с моего|з мого)\\s(?:[\\p{L}\\d-]+\\s){0,3}?${DEVICE}?.{0,30}\\s?(?:${VERB})\\.?$`,
    'iu',
  ),
  /^(?:diese nachricht wurde|this message was sent|cette message a été|este mensaje (?:se envió|ha sido enviado)).{2,120}$/i,
  /^(?:get|holen sie sich|laden sie|obtenir|téléchargez|obtener|obtén|obter|ottieni|scarica|download|hämta|hent|pobierz|stáhnout|скачать|загрузить|获取|outlook を入手)\s.{0,60}outlook\s.{2,120}$/i,
  /^(?:获取 outlook|outlook を入手|outlook 다운로드).{0,120}$/i,
  /^(?:发自我的|從我的|从我的|寄自我的|傳送自|来自我的|發自我的).{1,40}$/,
  /^.{0,40}(?:iphone|ipad|galaxy|android|スマートフォン|携帯)から送信(?:しました|されました)?$/i,
  /^나의 .{1,40}(?:에서|으로) 보냄$/,
  /^(?:내 )?(?:iphone|ipad|galaxy|삼성|갤럭시).{0,30}에서 보냄$/i,
  /^.{0,20}(?:iphone|ipad|android|telefon)['’]?\p{L}{0,6} gönderildi\.?$/iu,
  /^أ?ُ?رسلت? من .{2,60}$/,
  /^(?:تم الإرسال من|أُرسلت من|مرسل من).{2,60}$/,
  /^נשלח מה-?.{2,40}$/,
  /^yahoo mail[: ].{0,120}$/i,
];

/** What a telephone or a program writes under every mail. */
export function isDeviceLine(line: string): boolean {
  const text = plain(line);
  return text.length < 200 && DEVICES.some((pattern) => pattern.test(text));
}
