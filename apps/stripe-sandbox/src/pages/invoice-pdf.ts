import { money } from '../billing/amounts.js';
import type { Address } from '../form.js';
import type { Invoice } from '../objects.js';
import { day } from './views.js';

const [WIDTH, HEIGHT, MARGIN, LEADING] = [595, 842, 56, 18];

interface Text {
  text: string;
  x: number;
  y: number;
  bold: boolean;
  size: number;
}

/** Of the letters that the fonts of every reader have (WinAnsi); others become a question mark. */
function encoded(text: string): string {
  const euro = text.replaceAll('€', '\x80').replaceAll('–', '\x96').replaceAll('−', '-').replaceAll('’', '\x92');
  return euro.replace(/[^\x20-\xff]/g, '?').replace(/[\\()]/g, '\\$&');
}

function pageOf(texts: Text[]): string {
  return texts
    .map(({ text, x, y, bold, size }) => `BT /${bold ? 'F2' : 'F1'} ${size} Tf ${x} ${y} Td (${encoded(text)}) Tj ET`)
    .join('\n');
}

/** An invoice as a document to print. */
export function invoicePdf(invoice: Invoice): Buffer {
  const shown = (amount: number) => money(amount, invoice.currency);
  const texts: Text[] = [];
  let y = HEIGHT - MARGIN;
  const line = (text: string, { x = MARGIN, bold = false, size = 10, stay = false } = {}) => {
    texts.push({ text, x, y, bold, size });
    if (!stay) y -= LEADING;
  };
  const row = (left: string, right: string, bold = false) => {
    line(left.slice(0, 80), { stay: true, bold });
    line(right, { x: WIDTH - MARGIN - 90, bold });
  };
  line(`Invoice ${invoice.number ?? ''}`, { bold: true, size: 20 });
  line('Stripe sandbox: not a real invoice, no money moved.');
  y -= LEADING;
  row('From', String(invoice['account_name']));
  row('Date', day(invoice.created));
  row('Status', invoice.status);
  y -= LEADING;
  line('Bill to', { bold: true });
  const address = invoice['customer_address'] as Address | null;
  const taxIds = invoice['customer_tax_ids'] as { value: string }[];
  const to = [invoice['customer_name'], invoice['customer_email'], address?.line1, address?.line2];
  const place = [address?.postal_code, address?.city].filter(Boolean).join(' ');
  for (const part of [...to, place, address?.country, ...taxIds.map(({ value }) => `Tax ID ${value}`)])
    if (part) line(String(part));
  y -= LEADING;
  row('Description', 'Amount', true);
  // As many as a page holds; the API lists all.
  for (const { description, amount, period } of invoice.lines.data.slice(0, 14)) {
    row(description ?? '', shown(amount));
    line(`${day(period.start)} – ${day(period.end)}`, { size: 8 });
  }
  y -= LEADING / 2;
  row('Total', shown(invoice.total), true);
  row('Amount due', shown(invoice.amount_due), true);
  row('Amount paid', shown(invoice.amount_paid));

  const content = pageOf(texts);
  const font = (name: string) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    font('Helvetica'),
    font('Helvetica-Bold'),
  ];
  let document = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const at = document.length;
    document += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const start = document.length;
  document += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(document, 'latin1');
}
