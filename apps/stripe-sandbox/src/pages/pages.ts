import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account } from '../account.js';
import { money } from '../billing/amounts.js';
import { runDue } from '../billing/passing-time.js';
import { bodyOf, fromHere } from '../requests.js';
import type { SandboxState } from '../sandbox-state.js';
import { checkoutAfterBank, checkoutPage } from './checkout-page.js';
import { dashboard, resend } from './dashboard.js';
import { invoiceAfterBank, invoicePage } from './invoice-page.js';
import { invoicePdf } from './invoice-pdf.js';
import { portalAfterBank, portalPage } from './portal-page.js';
import { stylesheet, views } from './views.js';
import { lead, show, type Visit } from './visit.js';

const FORM_LIMIT = 64 * 1024;
const AFTER_BANK = { checkout: checkoutAfterBank, invoice: invoiceAfterBank, portal: portalAfterBank };

/** Answers whoever looks at a page, or sends its form. */
export async function pageAnswer(
  sandbox: SandboxState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname: path, searchParams: query } = new URL(request.url!, 'http://sandbox');
  const visit: Visit = { sandbox, response, query, path, fields: null };
  try {
    if (request.method === 'POST') {
      if (!fromHere(request))
        return show(visit, views.message({ title: 'Not from here', text: 'This form belongs to another site.' }), 403);
      visit.fields = Object.fromEntries(new URLSearchParams(await bodyOf(request, FORM_LIMIT)));
    }
    for (const account of sandbox.accounts.values()) runDue(account);
    if (!(await answered(visit)))
      show(
        visit,
        views.message({ title: 'There is nothing here', text: 'The address is wrong, or what was here is gone.' }),
        404,
      );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!response.headersSent) show(visit, views.message({ title: 'This did not work', text }), 500);
  }
}

async function answered(visit: Visit): Promise<boolean> {
  const { sandbox, path, response, fields } = visit;
  if (path === '/') return (dashboard(visit), true);
  if (path === '/sandbox.css') {
    response.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8' }).end(stylesheet);
    return true;
  }
  if (path === '/resend' && fields) return (await resend(visit), true);
  const [kind, ...parts] = path.slice(1).split('/') as [string, ...string[]];
  if (kind === 'c' && parts[0] === 'pay') {
    for (const account of sandbox.accounts.values()) {
      const session = account.checkoutSessions.find(parts[1]);
      if (session) return (checkoutPage(visit, account, session), true);
    }
    return false;
  }
  const account = sandbox.accounts.get((kind === 'p' ? parts[1] : parts[0]) ?? '');
  if (!account) return false;
  if (kind === 'p') {
    const session = account.portalSessions.where(({ url }) => url.endsWith(`/${parts[2]}`)).at(0);
    return session ? (portalPage(visit, account, session), true) : false;
  }
  if (kind === '3ds') return bank(visit, account, parts[1]);
  if (kind !== 'i') return false;
  const invoice = account.invoices.find(account.invoiceKeys.where(({ key }) => key === parts[1]).at(0)?.id);
  if (!invoice) return false;
  if (parts[2] === 'pdf') {
    const name = `Invoice-${invoice.number}.pdf`;
    response.writeHead(200, { 'Content-Type': 'application/pdf', 'Content-Disposition': `inline; filename="${name}"` });
    response.end(invoicePdf(invoice));
  } else invoicePage(visit, account, invoice);
  return true;
}

/** The page of the bank, on which the holder of a card confirms or does not. */
function bank(visit: Visit, account: Account, id: string | undefined): boolean {
  const attempt = account.attempts.find(id);
  if (!attempt) return false;
  const { card } = account.paymentMethods.get(attempt.paymentMethod);
  if (!visit.fields) {
    const invoice = account.invoices.find(attempt.subject);
    const amount = invoice && money(invoice.amount_due, invoice.currency);
    show(visit, views.bank({ last4: card.last4, amount }));
    return true;
  }
  account.attempts.delete(attempt.id);
  lead(visit, AFTER_BANK[attempt.kind](account, attempt, visit.fields['do'] === 'complete'));
  return true;
}
