import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { Chromium, openInstallation, signIn } from './chromium.js';
import { furnish, type PageToSee, type Who } from './pages.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The words of another language change what they look like, not how the page is built. */
const RULES = {
  en: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  ar: {
    type: 'rule',
    values: [
      ...['color-contrast', 'target-size', 'link-in-text-block', 'scrollable-region-focusable'],
      ...['html-has-lang', 'html-lang-valid', 'valid-lang', 'document-title', 'label', 'button-name', 'link-name'],
    ],
  },
};
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Every pair of language, colours and size occurs once. */
const LOOKS = {
  en: [
    { colorScheme: 'light', size: WIDE },
    { colorScheme: 'dark', size: PHONE },
  ],
  ar: [
    { colorScheme: 'light', size: PHONE },
    { colorScheme: 'dark', size: WIDE },
  ],
} as const;
/** A folder for pictures of every page, for whoever wants to look at them. */
const SCREENSHOTS = process.env['SCREENSHOTS'];

let chromium: Chromium;
let pages: PageToSee[];
const open = new Map<Who, Page>();

beforeAll(async () => {
  const [world, browser] = await Promise.all([openInstallation(), Chromium.open()]);
  chromium = browser;
  const { acme, bare, pages: all } = await furnish(world);
  pages = all;
  for (const who of ['guest', 'nobody', 'customer', 'lonely', 'owner', 'staff'] as const)
    open.set(who, await chromium.newcomer(true, { reducedMotion: 'reduce' }));
  await signIn(open.get('customer')!, `${acme.tenant.origin}/sign-in`, 'ana.sousa@customers.example');
  await signIn(open.get('lonely')!, `${acme.tenant.origin}/sign-in`, 'lone@customers.example');
  for (const { tenant, owner } of [acme, bare])
    await signIn(open.get('owner')!, `${tenant.origin}/console/sign-in`, owner.email);
  const admin = `http://admin.${world.config.baseUrl.host}`;
  await signIn(open.get('staff')!, `${admin}/sign-in`, 'owner@staff.example');
  if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true });
}, 60_000);

describe('every page, in English and Arabic, by day and by night, wide and narrow', () => {
  test.each(['guest', 'nobody', 'customer', 'lonely', 'owner', 'staff'] as const)(
    'as %s',
    async (who) => {
      const page = open.get(who)!;
      const problems: string[] = [];
      for (const { name, url, first } of pages.filter((one) => one.who === who)) {
        // What is done on a page speaks of it by its English words.
        for (const language of first ? (['en'] as const) : (['en', 'ar'] as const)) {
          for (const { colorScheme, size } of LOOKS[language]) {
            // Loaded anew, because Chromium keeps some colours when the scheme changes under an open page.
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize(size);
            await visit(page, inLanguage(url, language));
            if (first) await first(page);
            await page.evaluate(AXE);
            const look = `${name}, ${language}, ${colorScheme}, ${size.width}`;
            for (const problem of await axeOf(page, RULES[language])) problems.push(`${look}: ${problem}`);
            if (SCREENSHOTS) await picture(page, look);
          }
          await page.setViewportSize({ width: 320, height: 640 });
          for (const wide of await overflowing(page)) problems.push(`${name}, ${language}: wider than 320: ${wide}`);
        }
      }
      expect(problems).toEqual([]);
    },
    600_000,
  );
});

/** What people are called and what they write in one word; it stands in every place that shows something of theirs. */
const ONE_WORD = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
  .repeat(3)
  .slice(0, 199);

describe('words of any length, and what opens on a page', () => {
  test.each(['guest', 'customer', 'owner', 'staff'] as const)(
    'stay within the page and are seen whole, as %s',
    async (who) => {
      const page = open.get(who)!;
      await page.emulateMedia({ colorScheme: 'light' });
      const problems: string[] = [];
      for (const { name, url } of pages.filter((one) => one.who === who && !one.first)) {
        await visit(page, inLanguage(url, 'en'));
        for (const size of [WIDE, PHONE]) {
          await page.setViewportSize(size);
          for (const cut of await cutOff(page)) problems.push(`${name}, ${size.width}: cut off: ${cut}`);
        }
        await lengthen(page, ONE_WORD);
        for (const size of [PHONE, WIDE]) {
          await page.setViewportSize(size);
          for (const wide of await overflowing(page)) problems.push(`${name}: wider than ${size.width}: ${wide}`);
          if (SCREENSHOTS) await picture(page, `${name}, long, ${size.width}`);
        }
      }
      expect(problems).toEqual([]);
    },
    600_000,
  );
});

describe('by keyboard', () => {
  test.each(['guest', 'customer', 'owner', 'staff'] as const)(
    '%s reaches everything and sees where',
    async (who) => {
      const page = open.get(who)!;
      await page.setViewportSize(WIDE);
      await page.emulateMedia({ colorScheme: 'light' });
      const problems: string[] = [];
      for (const { name, url } of pages.filter((one) => one.who === who && !one.first)) {
        await visit(page, inLanguage(url, 'en'));
        for (const problem of await walk(page)) problems.push(`${name}: ${problem}`);
      }
      expect(problems).toEqual([]);
    },
    600_000,
  );
});

/** Until the editors stand in for their boxes. */
async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => !document.querySelector('[data-rich]:not(.is-rich)'));
}

const inLanguage = (url: string, language: string) => `${url}${url.includes('?') ? '&' : '?'}lang=${language}`;

async function axeOf(page: Page, runOnly: object): Promise<string[]> {
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] })`,
  )) as AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id} ${target.join(' ')} ${any[0]?.message ?? ''}`),
  );
}

/** Puts one word in place of every name, subject and other words of people's own; choices have them, too. */
const lengthen = (page: Page, word: string): Promise<void> =>
  page.evaluate((long) => {
    for (const place of document.querySelectorAll('main bdi, nav bdi, option, main h1')) {
      const text = [...place.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue!.trim());
      if (text) text.nodeValue = long;
    }
  }, word);

/** Opens one thing after the other that floats over the page, and tells what of it is not seen. */
async function cutOff(page: Page): Promise<string[]> {
  const cut: string[] = [];
  for (const menu of await page.locator('details.menu').all()) {
    if (!(await menu.isVisible())) continue;
    const problem = await menu.evaluate(async (element) => {
      // Less motion is a motion of no time, which is over at the next frame.
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      (element as HTMLDetailsElement).open = true;
      const panel = element.querySelector('summary + *')!;
      panel.scrollIntoView({ block: 'center', behavior: 'instant' });
      await frame();
      await frame();
      const { left, right, top, bottom } = panel.getBoundingClientRect();
      const [first, last] = [top + 12, Math.min(bottom, innerHeight) - 12];
      const hidden = [left + 12, right - 12].flatMap((x) =>
        [first, last].flatMap((y) => {
          const there = document.elementFromPoint(x, y);
          return panel.contains(there) ? [] : [`${there?.tagName}.${there?.className} at ${x} ${y}`];
        }),
      );
      (element as HTMLDetailsElement).open = false;
      return hidden.length > 0 ? `${element.textContent!.trim().slice(0, 20)} by ${hidden.join(', ')}` : null;
    });
    if (problem) cut.push(problem);
  }
  return cut;
}

/** What sticks out of the page sideways. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (right > clientWidth + 1 || left < -1);
    });
    return [
      `${scrollWidth}: ${wide
        .map(({ tagName, className }) => `${tagName}.${String(className)}`)
        .slice(0, 5)
        .join(' ')}`,
    ];
  });
}

/** Presses Tab from the beginning to the end; tells what was never reached, and where the focus could not be seen. */
async function walk(page: Page): Promise<string[]> {
  const expected = await page.evaluate(() => {
    const all = [
      ...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex="0"]'),
    ];
    const groups = new Set<string>();
    const reachable = all.filter((element) => {
      if (
        !element.checkVisibility({ visibilityProperty: true }) ||
        element.matches(':disabled, [type=hidden], [tabindex="-1"], [inert] *, [contenteditable] a')
      )
        return false;
      // Of radio buttons only one is in the order; arrows lead to the others.
      if (element instanceof HTMLInputElement && element.type === 'radio') {
        if (groups.has(element.name)) return false;
        groups.add(element.name);
      }
      return true;
    });
    // Not in the page itself: a mark there would be a change, which a live page takes back.
    Object.assign(window, { reachable });
    return reachable.map((element) => {
      const name = element.getAttribute('name') ?? element.textContent?.trim().slice(0, 40);
      return { radio: element.getAttribute('type') === 'radio', name: `${element.tagName} ${name}` };
    });
  });
  const problems: string[] = [];
  const reached = new Set<number>();
  let rounds = 0;
  // A date or a time is several places in one.
  const parts = 4 * (await page.locator('input[type=date], input[type=time]').count());
  for (let presses = 0; presses < expected.length + parts + 5; presses++) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const { reachable } = window as unknown as { reachable: HTMLElement[] };
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return null;
      const shown = (one: Element) =>
        [undefined, '::after'].some((part) => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one, part);
          return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
        });
      const { width, height } = element.getBoundingClientRect();
      const near = [element, element.parentElement, element.closest('label'), element.closest('tr, li')];
      const visible =
        near.some((one) => one && shown(one)) && (width > 1 || height > 1 || element.closest('label') !== null);
      const group = element instanceof HTMLInputElement && element.type === 'radio' ? element.name : null;
      const first = group ? reachable.find((one) => one.matches(`input[type=radio][name="${group}"]`)) : element;
      return { reach: reachable.indexOf(first!), visible, what: element.outerHTML.slice(0, 120) };
    });
    // A page that puts the focus somewhere is walked from there, over its end, to what stands before.
    if (!here && rounds++ > 0) break;
    if (!here) continue;
    if (here.reach >= 0) reached.add(here.reach);
    if (!here.visible) problems.push(`the focus cannot be seen on ${here.what}`);
  }
  expected.forEach(({ name }, index) => {
    if (!reached.has(index)) problems.push(`never reached: ${name}`);
  });
  return problems;
}

async function picture(page: Page, look: string): Promise<void> {
  await page.screenshot({ path: `${SCREENSHOTS}/${look.replace(/[^a-z0-9]+/gi, '-')}.png`, fullPage: true });
}
