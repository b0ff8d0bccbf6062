// Shows new mails as they come; without it the page is as good as its last reload.
const list = document.querySelector('[data-newest]');
if (list) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(`/messages${location.search}`).catch(() => null);
    if (!answer?.ok) return;
    const letters = await answer.json();
    if ((letters[0]?.id ?? '') !== list.dataset.newest) location.reload();
  }, 2000);
}
