/* Owner pages: enhancement only. Every form works without this file. */
(() => {
  const d = document, H = d.documentElement;
  H.classList.add('js');
  const $ = (s, r) => (r || d).querySelector(s), $$ = (s, r) => [...(r || d).querySelectorAll(s)];
  const fill = (t, v) => t.replace(/\{(\w+)\}/g, (m, k) => v[k] == null ? '' : v[k]);

  // Only a real tap opens the next question by itself; arrow keys choose and stay.
  let tapped = false;
  d.addEventListener('pointerdown', () => tapped = true, true);
  d.addEventListener('keydown', () => tapped = false, true);

  /* Unsent answers of a page, on this phone only: written at each answer, put back when the page
     opens again, removed once the server has taken the page, and all of them on the receipt. */
  function keep(form) {
    const home = 'ls:' + d.body.dataset.member + ':', path = location.pathname, shown = $('[data-saved]');
    let store;
    try { store = localStorage; store.getItem(home); } catch (e) { return; }
    Object.keys(store).forEach(k => {
      if (k.startsWith('ls:') && (d.body.hasAttribute('data-clear') || !k.startsWith(home))) store.removeItem(k);
    });
    const sent = store.getItem(home + 'sent');
    if (sent) {
      store.removeItem(home + 'sent');
      if (sent != path) store.removeItem(home + sent);
    }
    if (!form) return;
    const fields = () => $$('input:not([type=hidden]),textarea', form);
    try {
      const old = JSON.parse(store.getItem(home + path));
      if (old) fields().forEach(e => {
        const v = old[e.name];
        if (e.type == 'checkbox') e.checked = (v || []).includes(e.value);
        else if (v && e.type == 'radio') e.checked = v.includes(e.value);
        else if (v) e.value = v[0];
      });
    } catch (e) { store.removeItem(home + path); }
    form.addEventListener('input', () => {
      const now = {};
      fields().forEach(e => {
        if (e.checked || !/radio|checkbox/.test(e.type)) (now[e.name] = now[e.name] || []).push(e.value);
      });
      try { store.setItem(home + path, JSON.stringify(now)); if (shown) shown.textContent = shown.dataset.saved; } catch (e) { /* full or forbidden: the server still saves each page */ }
    });
    return () => { try { store.setItem(home + 'sent', path); } catch (e) { /* as above */ } };
  }

  /* A page sent for another home was not taken: what it held stays until that link opens again. */
  function unsend() {
    try {
      Object.keys(localStorage).forEach(k => { if (/^ls:.*:sent$/.test(k)) localStorage.removeItem(k); });
    } catch (e) { /* nothing is kept here */ }
  }

  /* A second tap on a button sends nothing again; the server would not count it either. */
  function once(form, mark) {
    let gone = false;
    form.addEventListener('submit', e => {
      if (gone) e.preventDefault();
      else if (!e.defaultPrevented) {
        gone = true;
        setTimeout(() => gone = false, 8000);
        if (mark) mark();
      }
    });
    addEventListener('pageshow', () => gone = false);
  }

  /* Pick at most N, and "none of these" stands alone. */
  function pick(box, tell) {
    const max = +box.dataset.max, out = $('.cnt');
    const run = e => {
      let n = $$(':checked', box).length, words;
      if (n > max && e) { e.target.checked = false; n = max; words = box.dataset.over; }
      else words = fill(box.dataset.n, { n, max });
      out.textContent = words;
      if (e) tell(words);
      box.classList.toggle('full', n >= max);
    };
    box.addEventListener('change', run);
    run();
  }
  function alone(box) {
    box.addEventListener('change', e => {
      if (e.target.checked) $$(':checked', box).forEach(c => {
        if (c != e.target && (c.hasAttribute('data-alone') || e.target.hasAttribute('data-alone'))) c.checked = false;
      });
    });
  }

  function readAloud(button) {
    if (!window.speechSynthesis) return button.hidden = true;
    button.onclick = () => {
      const q = $('.q:not([hidden])') || $('main'), hint = $('.hint', q);
      const u = new SpeechSynthesisUtterance(($('legend', q) || q).innerText + '。' + (hint ? hint.innerText : ''));
      u.lang = H.lang == 'en' ? 'en' : 'zh-CN';
      u.rate = .9;
      speechSynthesis.cancel();
      speechSynthesis.speak(u);
    };
  }

  /* One question at a time. On a tolerance page also the four chips, the strip and the read-back. */
  function deal(deck) {
    const qs = $$('.q', deck), N = qs.length, sum = $('.sum', deck), chk = $('.chk', deck), last = sum ? N : N - 1;
    const T = deck.dataset.t ? JSON.parse(deck.dataset.t) : null, chips = $$('.chip', deck), strip = $('.strip', deck);
    const num = $('[data-count]'), back = $('[data-back]', deck), go = $('.act [type=submit]', deck), prev = $('[data-prev]', deck);
    let i = 0, wait;
    const val = q => { const c = $('input:checked', q); return c ? c.value : null; };
    const by = k => qs.find(q => q.dataset.k == k);
    const v = k => { const q = by(k), x = q && val(q); return x > 0 ? +x : null; };
    const set = (k, x) => { $('input[value="' + x + '"]', by(k)).checked = true; };

    function paint() {
      if (!T) return;
      const a = v('adequate'), z = v('desired'), w = v('perceived'), ok = a && z && a <= z;
      const cls = s => a && s < a ? 'lo' : ok && s <= z ? 'zn' : '';
      chips.forEach((c, k) => {
        const x = val(qs[k]);
        $('b', c).textContent = x == null ? '–' : x > 0 ? x : T.na;
        c.toggleAttribute('aria-current', i == k);
        if (i == k) c.setAttribute('aria-current', 'step');
      });
      strip.hidden = !a && i < 1;
      strip.previousElementSibling.hidden = !strip.hidden;
      $$('i', strip).forEach((e, k) => e.className = cls(k + 1) + (w == k + 1 ? ' now' : ''));
      $$('u', strip).forEach(e => e.remove());
      const flag = (n, t, c) => {
        const u = d.createElement('u');
        u.textContent = t; u.className = c; u.style.gridColumn = n;
        strip.append(u);
      };
      const near = a && z && Math.abs(a - z) == 1;
      if (a && a == z) flag(a, T.least + ' = ' + T.ideal, 'm' + (a < 3 ? ' st' : a > 8 ? ' e' : ''));
      else {
        if (a) flag(a, T.least, 'm' + (near ? a < z ? ' e' : ' st' : ''));
        if (z) flag(z, T.ideal, near ? a < z ? 'st' : 'e' : '');
      }
      if (w) flag(w, T.now, 'w');
      ['adequate', 'desired', 'perceived'].forEach(k => $$('.n:not(.na)>span', by(k)).forEach(e => {
        const s = +e.previousElementSibling.value;
        e.className = cls(s);
        const tag = [k != 'adequate' && s == a && T.least, k != 'desired' && s == z && T.ideal].filter(Boolean).join('=');
        tag ? e.dataset.tag = tag : delete e.dataset.tag;
      }));
      const none = val(by('perceived')) != null && !w;
      const now = none ? T.unknown : w && a && z && fill(w < a ? T.below : w < z ? T.within : T.reached, { w, g: w < a ? a - w : z - w });
      const lines = [a && fill(T.lowest, { a }), z && fill(T.hoped, { z }), now].filter(Boolean), ul = $('.say', sum);
      ul.textContent = '';
      lines.forEach(t => { const li = d.createElement('li'); li.textContent = t; ul.append(li); });
    }

    function show(n, how) {
      i = n;
      qs.forEach((q, k) => q.hidden = k != n);
      if (sum) sum.hidden = n < N;
      if (chk) { chk.hidden = true; deck.classList.remove('ask'); }
      if (num) num.textContent = fill(num.dataset.count, { i: Math.min(n + 1, N), n: N });
      const p = n && $('input:checked+span', qs[n - 1]);
      if (prev) prev.textContent = p ? fill(prev.dataset.prev, { q: qs[n - 1].dataset.name, v: p.textContent }) : '';
      go.textContent = n == last ? go.dataset.end : go.dataset.next;
      paint();
      if (!how) return;
      history[how == 'push' ? 'pushState' : 'replaceState']({ i: n }, '');
      const f = n < N ? $('legend', qs[n]) : $('h2', sum);
      f.tabIndex = -1;
      f.focus({ preventScroll: true });
      scrollTo(0, 0);
    }

    const open = () => {
      for (let k = 1; k <= N; k++) { const j = (i + k) % N; if (j != i && val(qs[j]) == null) return j; }
      return last;
    };
    function on() {
      const k = i < N && qs[i].dataset.k, asked = $('[data-ok]', deck), a = v('adequate'), z = v('desired');
      if (chk && (k == 'adequate' || k == 'desired') && !asked.value && a && z && a > z) {
        asked.value = 1;
        qs[i].hidden = true;
        $('p', chk).textContent = fill(T.ask, { a, z });
        $('[data-swap]', chk).textContent = fill(T.swap, { a: z, z: a });
        chk.hidden = false;
        deck.classList.add('ask');
        const h = $('h2', chk);
        h.tabIndex = -1;
        h.focus();
        return;
      }
      show(T ? open() : Math.min(i + 1, last), 'push');
    }

    deck.addEventListener('click', e => {
      const t = e.target, n = t.dataset, c = t.closest('.chip');
      if (t.matches('.q input[type=radio]')) {
        paint();
        clearTimeout(wait);
        if (tapped && i < N && (i < last || sum)) wait = setTimeout(on, 260);
      } else if (c) show(chips.indexOf(c), 'push');
      else if ('swap' in n) {
        const a = v('adequate'), z = v('desired');
        set('adequate', z); set('desired', a);
        deck.dispatchEvent(new Event('input'));
        show(open(), 'push');
      } else if ('keep' in n) show(open(), 'push');
      else if ('redo' in n) show(1, 'push');
    });
    deck.addEventListener('change', paint);
    deck.addEventListener('keydown', e => {
      if (i >= N || !/^\d$/.test(e.key) || e.ctrlKey || e.metaKey || e.altKey) return;
      const r = $('input[value="' + (T && e.key == '0' ? 10 : e.key) + '"]', qs[i]);
      if (!r) return;
      r.checked = true;
      r.dispatchEvent(new Event('input', { bubbles: true }));
      e.preventDefault();
      on();
    });
    deck.addEventListener('submit', e => {
      if (e.submitter && e.submitter.name == 'skip') return;
      if (i < last || (chk && !chk.hidden)) { e.preventDefault(); clearTimeout(wait); on(); }
    });
    if (back) back.addEventListener('click', e => { if (i > 0) { e.preventDefault(); show(i - 1, 'move'); } });
    addEventListener('popstate', e => show(e.state ? e.state.i : 0, 'move'));

    const wanted = qs.findIndex(q => '#' + q.id == decodeURIComponent(location.hash));
    const wrong = qs.findIndex(q => $('.err', q)), blank = qs.findIndex(q => val(q) == null);
    show(wanted >= 0 ? wanted : wrong >= 0 ? wrong : blank >= 0 ? blank : last);
    history.replaceState({ i }, '');
  }

  d.addEventListener('DOMContentLoaded', () => {
    const live = $('[role=status]'), tell = t => { if (live) live.textContent = t; };
    const form = $('form[data-save]'), deck = $('form[data-deck]');
    const mark = d.body.dataset.member ? keep(form) : null;
    if (d.body.hasAttribute('data-refused')) unsend();
    const net = () => { const b = $('.off'); if (b) b.hidden = navigator.onLine !== false; };
    addEventListener('online', net);
    addEventListener('offline', net);
    net();
    $$('[data-max]').forEach(b => pick(b, tell));
    $$('[data-ticks]').forEach(alone);
    $$('[data-read]').forEach(readAloud);
    const wrong = $('.err');
    if (deck) deal(deck);
    else if (wrong) wrong.scrollIntoView({ block: 'center' });
    $$('form[method=post]').forEach(f => once(f, f == form && mark));
  });
})();
