/** `a[data-fold]` leads to all of what a long thread leaves out: whoever comes by a link to a message in there is led on. */
export function folded(): void {
  const all = document.querySelector<HTMLAnchorElement>('a[data-fold]');
  if (!all) return;
  const follow = () => {
    if (!location.hash.startsWith('#message-') || document.getElementById(location.hash.slice(1))) return;
    const whole = new URL(all.href);
    whole.hash = location.hash;
    location.replace(whole);
  };
  follow();
  window.addEventListener('hashchange', follow);
}
