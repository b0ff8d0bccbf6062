/** Where anybody gets a mailbox: an address there says nothing of where somebody works. */
const PROVIDERS = new Set(
  [
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com aol.com',
    'proton.me protonmail.com pm.me zoho.com mail.com fastmail.com hey.com tutanota.com tuta.com yandex.com yandex.ru mail.ru',
    'gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de mailbox.org posteo.de arcor.de bluewin.ch',
    'orange.fr wanadoo.fr free.fr sfr.fr laposte.net yahoo.fr hotmail.fr outlook.fr yahoo.es hotmail.es outlook.es telefonica.net',
    'yahoo.de hotmail.de outlook.de live.de yahoo.co.uk hotmail.co.uk btinternet.com libero.it virgilio.it tiscali.it',
    'qq.com 163.com 126.com sina.com naver.com hanmail.net daum.net maktoob.com',
  ].flatMap((line) => line.split(' ')),
);

export const isPublicMail = (domain: string): boolean => PROVIDERS.has(domain);
