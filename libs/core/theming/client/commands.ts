import { begins, searchable } from '../../i18n/src/folding.js';

const MOST = 8;
const INITIAL = 5;

interface Command {
  label: string;
  icon: string | null;
  /** One of many of its kind: named only when it is asked for. */
  asked: boolean;
  run: () => void;
}

/**
 * What can be done on this page, as ⌘K lists it before what it finds elsewhere: whatever has `data-command`. A button or link
 * by its words or the attribute's; a select by its label and each choice that is not made already.
 */
function commandsFor(typed: string): Command[] {
  const all = [...document.querySelectorAll<HTMLElement>('[data-command]')].filter(isThere).flatMap(commandsOf);
  if (typed.trim() === '') return all.filter(({ asked }) => !asked).slice(0, INITIAL);
  return all.filter(({ label }) => begins(label, typed)).slice(0, MOST);
}

/** In a closed menu it is there all the same, if the menu is. */
function isThere(element: HTMLElement): boolean {
  const closed = element.parentElement?.closest<HTMLElement>('details:not([open])');
  return closed ? isThere(closed) : element.checkVisibility();
}

function commandsOf(element: HTMLElement): Command[] {
  const icon = element.querySelector('use')?.getAttribute('href')?.split('#')[1] ?? null;
  const named = element.dataset['command'] ?? '';
  if (!(element instanceof HTMLSelectElement))
    return [{ label: named || element.textContent.trim(), icon, asked: named !== '', run: () => element.click() }];
  const label = element.labels[0]?.textContent.trim() ?? '';
  return [...element.options]
    .filter((option) => !option.selected)
    .map((option) => ({
      ...{ label: `${label}: ${option.text}`, icon: named || null, asked: true },
      run: () => choose(element, option),
    }));
}

/** As if it was chosen by hand; a form that saves by itself hears of it. */
function choose(select: HTMLSelectElement, option: HTMLOptionElement): void {
  select.value = option.value;
  select.dispatchEvent(new Event('input', { bubbles: true }));
  select.dispatchEvent(new Event('change', { bubbles: true }));
  if (select.form && !('saves' in select.form.dataset)) select.form.requestSubmit();
}

/**
 * Them and what was found elsewhere, in one list. They lead where one begins as was typed: whoever looks for Mara is not to
 * assign her the ticket by Enter.
 */
export function withCommands(dialog: HTMLDialogElement, typed: string, found: Node[]): Node[] {
  const commands = commandsFor(typed);
  if (commands.length === 0) return found;
  const group = groupOf(dialog, commands);
  const groups = found.filter((node) => node instanceof HTMLElement && node.matches('section')); // no word that nothing was found
  const leads = commands.some(({ label }) => searchable(label).startsWith(searchable(typed).split(' ')[0]!));
  return leads ? [group, ...groups] : [...groups, group];
}

function groupOf(dialog: HTMLDialogElement, commands: Command[]): HTMLElement {
  const group = document.createElement('section');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-labelledby', 'found-commands');
  const heading = Object.assign(document.createElement('h2'), { className: 'nav-title', id: 'found-commands' });
  heading.setAttribute('role', 'presentation');
  heading.textContent = dialog.dataset['palette']!;
  group.append(heading, ...commands.map((command) => itemOf(dialog, command)));
  return group;
}

function itemOf(dialog: HTMLDialogElement, { label, icon, run }: Command): HTMLElement {
  const item = Object.assign(document.createElement('a'), { className: 'found-item', href: '#' });
  const picture = dialog.querySelector('svg')!.cloneNode(true) as SVGElement;
  const use = picture.querySelector('use')!;
  use.setAttribute('href', use.getAttribute('href')!.replace(/#.*/, `#${icon ?? 'chevron-end'}`));
  const text = document.createElement('span');
  text.className = 'truncate';
  text.append(Object.assign(document.createElement('bdi'), { textContent: label }));
  item.append(picture, text);
  item.addEventListener('click', (event) => {
    event.preventDefault();
    dialog.close();
    run();
  });
  return item;
}
