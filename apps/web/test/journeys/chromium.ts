import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium as browsers, type Page } from 'playwright-core';
import { PASSWORD, type TestPerson, type TestTenant, whenLeaving, World } from '@foyer/app-cli/testing';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--headless'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Every journey is made twice: nothing a customer must do may need a script. */
export const WAYS = [
  { way: 'with JavaScript', script: true, mark: 'js' },
  { way: 'without JavaScript', script: false, mark: 'plain' },
];

/** The real application on a port of its own, its worker, and a mail server. */
export async function openInstallation(variables: NodeJS.ProcessEnv = {}): Promise<World> {
  const port = await freePort();
  return World.startWithWorker({
    ...variables,
    PORT: String(port),
    BASE_URL: `http://localhost:${port}`,
  });
}

/** What most journeys begin with: an installation, a business in it, and a browser. */
export let world: World;
export let acme: TestTenant;
export let chromium: Chromium;
export async function openScene(): Promise<void> {
  [world, chromium] = await Promise.all([openInstallation(), Chromium.open()]);
  acme = await world.tenant('acme');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** A real browser. Whatever it complains of on any page fails the file. */
export class Chromium {
  readonly complaints = new Set<string>();

  private constructor(private readonly browser: Browser) {}

  static async open(): Promise<Chromium> {
    const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
    const browser = new Chromium(await browsers.launch({ executablePath, args: FLAGS }));
    whenLeaving(async () => {
      await browser.browser.close();
      if (browser.complaints.size > 0) throw new Error([...browser.complaints].join('\n'));
    });
    return browser;
  }

  /** Somebody with a browser of their own, who has never been here. */
  async newcomer(script: boolean, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ javaScriptEnabled: script, locale: 'en-GB', ...options });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.add(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // The browser also reports the status of the page itself, which tests look at where it matters.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.add(`${page.url()}: ${message.text()}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400 && !response.request().isNavigationRequest())
        this.complaints.add(`${page.url()}: ${response.url()} answers ${response.status()}`);
      if (response.status() === 500) this.complaints.add(`${response.url()} answers 500`);
    });
    // A box that is about to become an editor disappears under the hand that fills it: whatever is done waits for the editor.
    const unready = page.locator('[data-rich]:not(.is-rich, .is-plain)').first();
    if (script) await page.addLocatorHandler(unready, () => unready.waitFor({ state: 'detached' }));
    return page;
  }

  /** Somebody the business knows, signed in by the form. */
  async signedIn(person: TestPerson, script: boolean, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.newcomer(script, options);
    await signIn(page, `${person.tenant.tenant.origin}/sign-in`, person.email);
    return page;
  }
}

export async function signIn(page: Page, url: string, email: string, password = PASSWORD): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** What the page says, as a reader of its main part gets it. */
export const textOf = (page: Page): Promise<string> => page.getByRole('main').innerText();
