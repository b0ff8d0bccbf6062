/**
 * Forms that a device answers (`data-passkey`: `get` or `create`, what is asked in `data-options`): shown where the browser can, and
 * sent with the answer in them. Where people sign in the browser offers keys also while the address is typed.
 */
export function passkeys(): void {
  const forms = [...document.querySelectorAll<HTMLFormElement>('form[data-passkey]')];
  if (forms.length === 0 || !('parseRequestOptionsFromJSON' in (window.PublicKeyCredential ?? {}))) return;
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void answer(form);
    });
    if ('offered' in form.dataset) void offer(form);
  }
}

/** The browser has one question open at a time. */
let open: AbortController | undefined;

async function answer(form: HTMLFormElement, quietly = false): Promise<void> {
  open?.abort();
  open = new AbortController();
  const { signal } = open;
  failed(form).hidden = true;
  try {
    const asked = JSON.parse(form.dataset['options']!) as never;
    const credential =
      form.dataset['passkey'] === 'create'
        ? await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked),
            signal,
          })
        : await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked),
            ...(quietly && { mediation: 'conditional' as const }),
            signal,
          });
    const field = form.querySelector<HTMLInputElement>('[name=answer_token]')!;
    field.value = JSON.stringify((credential as PublicKeyCredential).toJSON());
    form.submit();
  } catch {
    if (!signal.aborted && !quietly) failed(form).hidden = false;
  }
}

async function offer(form: HTMLFormElement): Promise<void> {
  if (await PublicKeyCredential.isConditionalMediationAvailable?.()) await answer(form, true);
}

const failed = (form: HTMLFormElement) => form.querySelector<HTMLElement>('[data-passkey-failed]')!;
