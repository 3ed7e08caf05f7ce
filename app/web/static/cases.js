/* Tick all homes of a page at once; without script each is ticked by hand.
   Send a contact only when the server is there: without a network its words stay on the page. */
(() => {
  const form = document.querySelector('form[data-probe]'), note = document.getElementById('no-network');
  let asking = false, isThere = false;
  if (form) form.addEventListener('submit', async e => {
    if (isThere) return;
    e.preventDefault();
    if (asking) return;
    asking = true;
    note.hidden = true;
    try {
      await fetch(form.dataset.probe, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store' });
      isThere = true;
      form.requestSubmit(e.submitter);
      isThere = false; // asked again when this page is come back to
    } catch { note.hidden = false; note.scrollIntoView({ block: 'center' }); }
    asking = false;
  });
  document.querySelectorAll('[data-tick]').forEach(button => {
    const boxes = document.querySelectorAll(`input[type=checkbox][name="${button.dataset.tick}"]`);
    button.addEventListener('click', () => {
      const all = [...boxes].every(box => box.checked);
      boxes.forEach(box => { box.checked = !all; });
    });
  });
})();
