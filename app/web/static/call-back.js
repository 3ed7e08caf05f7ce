/* One question at a time, by key or by tap; each answer is sent at once and kept until it is there.
   Without this script the page is one long form. */
(() => {
  const form = document.getElementById('ask');
  if (!form) return;
  const all = [...form.querySelectorAll('[data-q]')];
  const get = id => document.getElementById(id);
  const back = get('back'), next = get('next'), end = get('end'), place = get('place'), kept = get('kept');
  const store = 'call-back-' + form.dataset.call;
  const chosen = name => (form.querySelector(`[name="${name}"]:checked`) || {}).value;
  const noVisit = ['handling.on_time', 'handling.fixed', 'handling.attitude', 'handling.charge'];
  const isAsked = one => {
    const name = one.dataset.q;
    if (name === 'comment.reason') return ['1', '2'].includes(chosen('overall'));
    return !(noVisit.includes(name) && chosen('handling.came') === 'no');
  };
  const asked = () => all.filter(isAsked);
  let at = 0, busy = false, again = false;

  /* What is not on the server yet stays in this tab: codes and words, gone when the tab closes. */
  const values = () => [...new FormData(form)].filter(([name]) => all.some(one => one.dataset.q === name));
  const keep = () => { try { sessionStorage.setItem(store, JSON.stringify(values())); } catch (e) { /* no room */ } };
  const forget = () => { try { sessionStorage.removeItem(store); } catch (e) { /* nothing kept */ } };
  const restore = () => {
    let found = [];
    try { found = JSON.parse(sessionStorage.getItem(store) || '[]'); } catch (e) { /* unreadable */ }
    for (const [name, value] of found) {
      for (const field of form.querySelectorAll(`[name="${name}"]`)) {
        if (field.type === 'radio') field.checked = field.checked || field.value === value;
        else if (!field.value.trim()) field.value = value;
      }
    }
  };
  async function send() {
    keep();
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(form.dataset.step, { method: 'POST', body: new FormData(form) });
      if (answer.status === 204) { kept.textContent = kept.dataset.kept; forget(); }
      else if (answer.status === 410) location.reload();
    } catch (e) {
      kept.textContent = kept.dataset.wait;
      setTimeout(send, 5000);
    }
    busy = false;
    if (again) { again = false; send(); }
  }

  function show(number, focus) {
    const shown = asked();
    at = Math.max(0, Math.min(number, shown.length - 1));
    for (const one of all) one.hidden = one !== shown[at];
    place.textContent = `${at + 1} / ${shown.length}`;
    back.hidden = at === 0;
    next.hidden = at === shown.length - 1;
    end.hidden = at !== shown.length - 1;
    if (!focus) return;
    const field = shown[at].querySelector('input:checked, input, textarea');
    if (field) field.focus({ preventScroll: true });
  }
  const go = step => {
    // What was missing has been seen; it would still stand there when all is answered.
    for (const one of document.querySelectorAll('.flash.missed')) one.remove();
    send();
    show(at + step, true);
  };
  function choose(number) {
    const field = asked()[at].querySelectorAll('input[type=radio]')[number - 1];
    if (!field) return;
    field.checked = true;
    go(1);
  }

  form.addEventListener('click', event => {
    // A key that moves among the answers clicks as well: only a tap goes on.
    if (event.target.matches('input[type=radio]') && event.detail > 0) setTimeout(() => go(1), 120);
  });
  form.addEventListener('change', send);
  back.addEventListener('click', () => go(-1));
  next.addEventListener('click', () => go(1));
  form.addEventListener('submit', () => { keep(); });
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    const isOurs = target === document.body || form.contains(target);
    if (!isOurs || target.tagName === 'BUTTON' || target.tagName === 'SUMMARY') return;
    if (target.tagName === 'TEXTAREA') {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        if (next.hidden) end.focus(); else go(1);
      }
      return;
    }
    if (/^[1-9]$/.test(event.key)) { event.preventDefault(); choose(+event.key); }
    else if (event.key === '0') {
      event.preventDefault();
      for (const field of asked()[at].querySelectorAll('input')) field.checked = false;
      go(1);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (next.hidden) end.focus(); else go(1);
    } else if (event.key === 'Backspace') { event.preventDefault(); go(-1); }
  });

  restore();
  for (const one of document.querySelectorAll('.pos, .keys-help')) one.hidden = false;
  const first = asked().findIndex(one => one.querySelector('input') && !one.querySelector('input:checked'));
  show(first < 0 ? 0 : first, true);
})();
