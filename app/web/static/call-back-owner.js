/* The questions of a call-back opened by a link: answers stay in this tab until they are sent, wait
   for a connection, and questions that make no sense are hidden. Without it the form works as well.
   For Chromium 78 and Safari 13: tests/web/owner/test_old_browsers.py keeps it so. */
document.addEventListener('DOMContentLoaded', () => {
  const form = document.querySelector('form.kb');
  if (!form) return;
  const key = 'kb' + location.pathname, note = document.getElementById('offline');
  const blocks = Array.from(form.querySelectorAll('[data-q]'));
  const fields = () => Array.from(form.elements).filter(one => /\./.test(one.name) || one.name == 'overall');
  const chosen = name => fields().filter(one => one.name == name && one.checked).map(one => one.value)[0];
  const NO_VISIT = ['handling.on_time', 'handling.fixed', 'handling.attitude', 'handling.charge'];

  function hide() {
    const none = chosen('handling.came') == 'no', low = /^[12]$/.test(chosen('overall') || '');
    blocks.forEach(one => {
      const name = one.dataset.q;
      one.hidden = none && NO_VISIT.indexOf(name) >= 0 || name == 'comment.reason' && !low;
    });
  }

  /* A private window or a full phone keeps nothing; then the page itself still holds it. */
  function keep() {
    const said = fields().filter(one => one.type != 'radio' || one.checked).map(one => [one.name, one.value]);
    try { sessionStorage.setItem(key, JSON.stringify(said)); } catch (e) { /* kept nowhere */ }
  }
  function restore() {
    let said = [];
    try { said = JSON.parse(sessionStorage.getItem(key) || '[]'); } catch (e) { /* unreadable */ }
    said.forEach(([name, value]) => {
      const same = fields().filter(one => one.name == name);
      if (same.some(one => one.type == 'radio' ? one.checked : one.value)) return;
      same.forEach(one => { if (one.type != 'radio') one.value = value; else one.checked = one.value == value; });
    });
  }

  form.addEventListener('input', () => { keep(); hide(); });
  form.addEventListener('change', () => { keep(); hide(); });
  /* Before owner.js counts the tap as sent: it listens on the form, this on the way there. */
  document.addEventListener('submit', event => {
    keep();
    if (navigator.onLine !== false) return;
    event.preventDefault();
    event.stopPropagation();
    note.hidden = false;
    note.scrollIntoView({ block: 'center' });
    window.addEventListener('online', () => form.submit(), { once: true });
  }, true);
  restore();
  hide();
});
