/* One question at a time; for tolerance also chips, strip and read-back. */
(() => {
  const d = document, L = window.Linsheng, $ = L.$, $$ = L.$$, fill = (...a) => L.fill(...a);

  L.deal = deck => {
    const qs = $$('.q', deck), N = qs.length, sum = $('.sum', deck), chk = $('.chk', deck), last = sum ? N : N - 1;
    const T = deck.dataset.t ? JSON.parse(deck.dataset.t) : null, chips = $$('.chip', deck), strip = $('.strip', deck);
    const said = L.said, num = $('[data-count]'), back = $('[data-back]', deck), go = $('.act [type=submit]', deck), prev = $('[data-prev]', deck);
    let i = 0, wait, read;
    L.said = '';
    const val = q => { const c = $('input:checked', q); return c ? c.value : null; };
    const by = k => qs.find(q => q.dataset.k == k);
    const v = k => { const q = by(k), x = q && val(q); return x > 0 ? +x : null; };
    const set = (k, x) => { $('input[value="' + x + '"]', by(k)).checked = true; };
    const changed = () => deck.dispatchEvent(new Event('input', { bubbles: true }));

    function paint() {
      if (!T) return;
      const a = v('adequate'), z = v('desired'), w = v('perceived'), ok = a && z && a <= z;
      const cls = s => a && s < a ? 'lo' : ok && s <= z ? 'zn' : '';
      chips.forEach((c, k) => {
        const x = val(qs[k]);
        $('b', c).textContent = x == null ? '–' : x > 0 ? x : T.na;
        if (i == k) c.setAttribute('aria-current', 'step');
        else c.removeAttribute('aria-current');
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
        if (tag) e.dataset.tag = tag;
        else delete e.dataset.tag;
      }));
      const none = val(by('perceived')) != null && !w;
      const now = none ? T.unknown : w && a && z && fill(w < a ? T.below : w < z ? T.within : T.reached, { w, g: w < a ? a - w : z - w });
      const lines = [a && fill(T.lowest, { a }), z && fill(T.hoped, { z }), now].filter(Boolean), ul = $('.say', sum);
      read = fill(T.prev, { q: $('h1', deck).firstChild.data, v: lines.join(d.documentElement.lang == 'en' ? ' ' : '') });
      ul.textContent = '';
      lines.forEach(t => { const li = d.createElement('li'); li.textContent = t; ul.append(li); });
    }

    function show(n, how) {
      i = Math.min(n, last);
      clearTimeout(wait);
      L.halt();
      qs.forEach((q, k) => q.hidden = k != i);
      if (sum) sum.hidden = i < N;
      if (chk) { chk.hidden = true; deck.classList.remove('ask'); }
      if (num) num.textContent = fill(num.dataset.count, { i: Math.min(i + 1, N), n: N });
      const p = i && $('input:checked+span', qs[i - 1]);
      if (prev) prev.textContent = p ? fill(prev.dataset.prev, { q: qs[i - 1].dataset.name, v: p.textContent }) : said || '';
      go.textContent = i == last ? go.dataset.end : go.dataset.next;
      paint();
      if (!how) return;
      history[how == 'push' ? 'pushState' : 'replaceState']({ i }, '');
      const f = i < N ? $('legend', qs[i]) : $('h2', sum);
      f.tabIndex = -1;
      f.focus({ preventScroll: true });
      scrollTo(0, 0);
    }

    const open = () => {
      for (let k = 1; k <= N; k++) { const j = (i + k) % N; if (j != i && val(qs[j]) == null) return j; }
      return last;
    };
    const crossed = () => chk && i < N && /^[ad]/.test(qs[i].dataset.k) && !$('[data-ok]', deck).value && v('desired') && v('adequate') > v('desired');
    function on() {
      if (!deck.isConnected) return;
      if (crossed()) {
        const a = v('adequate'), z = v('desired');
        $('[data-ok]', deck).value = 1;
        paint();
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
      show(T ? open() : i + 1, 'push');
    }

    deck.addEventListener('click', e => {
      const t = e.target, n = t.dataset, c = t.closest('.chip');
      if (t.matches('.q input[type=radio]')) {
        paint();
        clearTimeout(wait);
        const done = qs.every(q => val(q) != null);
        // Only a real tap opens the next question by itself; arrow keys choose and stay.
        if (L.tapped && T && done && L.fresh && !crossed()) { L.said = read; L.onward(450); }
        else if (L.tapped && i < N && (i < last || sum)) { L.stay(); L.soon(400); wait = setTimeout(() => { on(); if (i < N) L.hold(); else L.soon(700); }, 260); }
        else if (i == last && done) L.onward();
      } else if (c) show(chips.indexOf(c), 'push');
      else if ('swap' in n) {
        const a = v('adequate'), z = v('desired');
        set('adequate', z); set('desired', a);
        changed();
        show(open(), 'push');
      } else if ('keep' in n) show(open(), 'push');
      else if ('redo' in n) show(1, 'push');
    });
    deck.addEventListener('change', paint);
    deck.addEventListener('keydown', e => {
      if (i >= N || !/^\d$/.test(e.key) || e.ctrlKey || e.metaKey || e.altKey) return;
      const r = (T || !$('.pad', qs[i])) && $('input[value="' + (T && e.key == '0' ? 10 : e.key) + '"]', qs[i]);
      if (!r) return;
      r.checked = true;
      changed();
      e.preventDefault();
      on();
    });
    deck.addEventListener('submit', e => {
      if (L.leaves()) return;
      if (i < last || (chk && !chk.hidden)) { e.preventDefault(); clearTimeout(wait); on(); }
    });
    if (back) back.addEventListener('click', e => { if (i > 0) { e.preventDefault(); show(i - 1, 'move'); } });

    qs[0].setAttribute('aria-describedby', ((qs[0].getAttribute('aria-describedby') || '') + ' by-itself').trim());
    const wanted = qs.findIndex(q => '#' + q.id == decodeURIComponent(location.hash));
    const wrong = qs.findIndex(q => $('.err', q)), blank = qs.findIndex(q => val(q) == null);
    if (T && said) { const p = strip.previousElementSibling; p.textContent = said; p.classList.add('said'); }
    show(wanted >= 0 ? wanted : wrong >= 0 ? wrong : blank >= 0 ? blank : last);
    history.replaceState({ i }, '');
    return n => show(n, 'move');
  };
  if (L.page) d.documentElement.classList.add('deal');
})();
