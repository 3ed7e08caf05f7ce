/* The pages of the form: saved card by card, opened in place, sent later where no network is. */
(() => {
  const d = document, H = d.documentElement, L = window.Linsheng;
  const { $, $$, get, put, drop, store } = L;
  L.fill = (t, v) => t.replace(/\{(\w+)\}/g, (m, k) => v[k] == null ? '' : v[k]);
  const tell = words => { const live = $('[role=status]'); if (live) live.textContent = words; };
  const sleep = ms => new Promise(done => setTimeout(done, ms));

  let home, form, path;      // of the page shown now
  let todo = {};             // address -> answers the server has not confirmed
  const held = {};           // address -> answers as last seen, to fill in a page fetched ahead
  const known = {};          // address -> a page fetched ahead
  const next = {};           // address -> the page after it, as the server said
  let stamp = '', lost = false, due = null, running = null, again = false, leaving = false, wanted = null, timer, ahead, pause = 0;

  /* The last tap a page needs opens the next one: a first answer by a pointer, never keys. What is
     tapped right after it, on "Next" or at the same place, was meant for what stood there before. */
  let auto = 0, still = 0, calm = 0, spot = null, turn = 0, byItself = false;
  d.addEventListener('click', e => {
    if (!e.detail) return;
    if (spot && Date.now() < calm && Math.hypot(e.clientX - spot[0], e.clientY - spot[1]) < 30) {
      e.preventDefault();
      e.stopImmediatePropagation();
    } else spot = [e.clientX, e.clientY];
  }, true);
  d.addEventListener('pointerdown', e => {
    const q = e.target.closest('.q');
    L.tapped = true;
    L.fresh = q && !$('input:checked', q);
    if (q) still = 0;
    else if (e.target.closest('.top')) L.stay();
  }, true);
  d.addEventListener('keydown', () => { L.tapped = L.fresh = false; still = 0; }, true);
  L.soon = wait => calm = Date.now() + wait;
  L.hold = () => { L.soon(700); still = Date.now() + 400; };
  L.stay = () => { clearTimeout(auto); auto = 0; };
  // Whoever goes elsewhere is not overtaken by a page that was on its way.
  L.halt = () => { L.stay(); wanted = null; return ++turn; };
  L.onward = (wait, sure) => {
    const opens = window.fetch && L.tapped && (sure || L.fresh || auto);
    L.stay();
    if (!opens) return;
    L.soon(400);
    auto = setTimeout(() => { auto = 0; byItself = true; L.soon(3000); leave('', true); }, wait || 260);
  };

  const fields = () => $$('input:not([type=hidden]):not([type=file]),textarea', form);
  function read() {
    const now = {};
    fields().forEach(e => {
      if (!e.disabled && (e.checked || !/radio|checkbox/.test(e.type))) (now[e.name] = now[e.name] || []).push(e.value);
    });
    return now;
  }
  function write(old) {
    fields().forEach(e => {
      const v = old[e.name];
      if (e.type == 'checkbox') e.checked = (v || []).includes(e.value);
      else if (v && e.type == 'radio') e.checked = v.includes(e.value);
      else if (v) e.value = v[0];
    });
  }

  const safe = () => !!store && Object.keys(todo).every(p => todo[p].kept) && !(waiting && !waiting.kept);

  /* The line beside the step and those above: only what is true. */
  function state() {
    const box = $('[data-state]'), off = $('.off'), bad = $('.bad'), unsent = $('.unsent'), left = Object.keys(todo).filter(p => !todo[p].refused);
    if (off) {
      off.dataset.words = off.dataset.words || off.textContent;
      off.textContent = off.dataset[!safe() ? 'open' : wanted ? 'next' : 'words'];
      off.hidden = !lost || d.body.classList.contains('waits');
    }
    if (bad) bad.hidden = !Object.keys(todo).some(p => todo[p].bad);
    if (unsent) {
      unsent.hidden = !(pending() || 0).no;
      $('a', unsent).hidden = path == '/a/review';
    }
    if (!box) return;
    const own = todo[path];
    const now = lost && left.length || d.body.classList.contains('waits') ? 'wait' : own ? own.kept ? 'kept' : 'open' : left.length ? safe() ? 'kept' : 'open' : path in held ? 'got' : '';
    box.dataset.words = box.dataset.words || box.textContent;
    box.textContent = box.dataset[now || 'words'];
    box.dataset.state = now;
  }

  // Words are only taken together with the choice who may reply: until then they stay here.
  const isHalf = v => !v.contact && Object.keys(v).some(k => k.startsWith('comment.') && v[k][0].trim());
  function note(blank) {
    const v = blank ? {} : read(), h = {}, entry = { v, h, refused: isHalf(v) };
    $$('[type=hidden]', form).forEach(e => { if (!/csrf_token|home_key/.test(e.name)) h[e.name] = e.value; });
    held[path] = v;
    entry.kept = put(home + path, { v, h, t: Date.now() });
    todo[path] = entry;
    state();
  }

  // Only a small request may outlive its page.
  const post = (url, body, more) => reach(url, Object.assign({ method: 'POST', body, keepalive: String(body).length < 30000 }, more));
  function later() {
    lost = true;
    clearTimeout(timer);
    timer = setTimeout(resume, Math.min(30000, 3000 * 2 ** pause++));
  }
  async function reach(url, options) {
    const cut = window.AbortController && new AbortController(), clock = cut && setTimeout(() => cut.abort(), 20000);
    try {
      const answer = await fetch(url, Object.assign({ credentials: 'same-origin', signal: cut ? cut.signal : undefined }, options));
      if (answer.status > 499) throw new Error(answer.status);
      const text = answer.status == 204 || answer.type == 'opaqueredirect' ? '' : await answer.text();
      lost = false; pause = 0;
      return { text, status: answer.status, url: answer.url, headers: answer.headers };
    } catch (e) {
      later();
      throw e;
    } finally { clearTimeout(clock); }
  }

  /* Send what is not confirmed, one page after the other, so that nothing older overtakes. */
  function flush() {
    if (running) { again = true; return running; }
    const input = $('[name=csrf_token]'), sent = (pending() || { f: [] }).f.find(pair => pair[0] == 'csrf_token');
    const token = input ? input.value : sent && sent[1], member = d.body.dataset.member;
    if (!window.fetch || !token || !member) return Promise.resolve();
    running = (async () => {
      do {
        again = false;
        for (const p of Object.keys(todo)) if (!todo[p].refused) await save(p, token, member);
      } while (again);
    })().catch(() => 0).then(() => { running = null; state(); });
    return running;
  }
  async function save(p, token, member) {
    const mine = todo[p], body = new URLSearchParams({ csrf_token: token, home_key: member });
    Object.keys(mine.h || {}).forEach(k => body.append(k, mine.h[k]));
    Object.keys(mine.v).forEach(k => mine.v[k].forEach(v => body.append(k, v)));
    const answer = await post(p, body, { redirect: 'manual', headers: { 'X-Save': '1' } });
    if (answer.status == 204) {
      next[p] = answer.headers.get('X-Next');
      stamp = answer.headers.get('X-Shown');
      if (due) { due.value = stamp; due = null; }
      const plan = answer.headers.get('X-Plan');
      Object.keys(known).forEach(k => { if (known[k].plan != plan) delete known[k]; });
      if (todo[p] == mine) { delete todo[p]; drop(home + p); }
    } else if (answer.status == 404) { delete todo[p]; drop(home + p); }
    else {
      mine.refused = true;
      mine.bad = answer.status != 422; // nothing this page could mend: it is said
    }
    state();
  }
  function resume() {
    clearTimeout(timer);
    flush().then(async () => {
      if (waits(pending())) await deliver();
      else if (wanted && (!lost || !Object.keys(todo).length)) await go(wanted);
      else if (lost && Object.keys(todo).every(p => todo[p].refused)) {
        await reach($('link[rel=icon]').href, { method: 'HEAD', cache: 'no-store' });
        state();
      }
    }).catch(() => 0);
  }

  /* Show another page in place of this one: no white flash, and what is kept here stays kept. */
  const clean = url => { const u = new URL(url, location.href); ['lang', 'form', 'stay'].forEach(k => u.searchParams.delete(k)); return u.pathname + u.search; };
  function show(html, url, how, hash) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const lacks = e => !$('script[src="' + e.getAttribute('src') + '"]');
    if (!page.body.querySelector('main') || $$('script[src]', page).some(lacks)) { location.href = url; return; }
    if (window.speechSynthesis) speechSynthesis.cancel();
    H.lang = page.documentElement.lang;
    H.className = page.documentElement.className + ' js' + (L.deal ? ' deal' : '');
    d.title = page.title;
    d.body.replaceWith(d.adoptNode(page.body));
    const at = clean(url) + (hash || '');
    if (how != 'pop' || at != location.pathname + location.search + location.hash) history[!how || how == 'push' ? 'pushState' : 'replaceState']({}, '', at);
    scrollTo(0, 0);
    L.start();
    const h = $('main h1'), target = hash && d.getElementById(decodeURIComponent(hash.slice(1)));
    if (target && !target.closest('[hidden]')) target.scrollIntoView({ block: 'center' });
    if (!h || d.activeElement != d.body) return;
    h.tabIndex = -1;
    h.focus({ preventScroll: true });
  }
  // A page from memory is looked at from now on, as far as the server said.
  function reopen(at, how) {
    show(known[at].html, at, how);
    due = null;
    const shown = form && $('[name=shown]', form);
    if (!shown) return;
    if (stamp && !lost) { shown.value = stamp; if (running) due = shown; }
    else shown.remove();
  }
  async function go(href, how) {
    const url = new URL(href, location.href), ready = !url.search && known[url.pathname];
    const mine = L.halt();
    wanted = href;
    if (url.searchParams.get('lang') || url.searchParams.get('form')) Object.keys(known).forEach(k => delete known[k]);
    if (ready) { wanted = null; reopen(url.pathname, how); return; }
    try {
      const answer = await reach(url.href, {});
      if (mine != turn) return;
      wanted = null;
      if (new URL(answer.url).origin != location.origin) { location.href = href; return; }
      if (!todo[new URL(answer.url).pathname]) delete held[new URL(answer.url).pathname];
      show(answer.text, answer.url, how, url.hash);
    } catch (e) { leaving = false; state(); }
  }
  /* The pages still to come: the network may go. */
  async function fetchAhead() {
    const first = form && form.dataset.after;
    if (!first || known[first] || lost || (navigator.connection || {}).saveData) return;
    const answer = await fetch('/a/pages?after=' + encodeURIComponent(path), { credentials: 'same-origin' });
    if (answer.status != 200 || !/\/a\/pages/.test(answer.url)) return;
    const text = await answer.text();
    let at = first;
    text.split(/(?=<!doctype html>)/i).forEach(html => {
      if (at) known[at] = { html, plan: (/data-plan="(\w+)"/.exec(html) || [])[1] };
      at = (/data-after="([^"]+)"/.exec(html) || [])[1];
    });
  }

  /* "Next": saved on the server, or at least on this phone, before the next page opens. */
  async function leave(skip, quick) {
    if (leaving) return;
    leaving = true;
    clearTimeout(ahead);
    if (skip) { delete known[path]; note(true); }
    else if (todo[path] || !(path in held) || !next[path]) note();
    if (todo[path]) delete todo[path].refused;
    // What this phone keeps is sent behind the next page, unless the answer decides which that is.
    const here = path, mine = ++turn, after = form.dataset.after, own = todo[path], ready = own && own.kept && known[after];
    const behind = ready && quick && !('fork' in form.dataset);
    if (own) await Promise.race([flush(), sleep(behind ? 0 : ready ? 2500 : 6000)]);
    leaving = false;
    if (path != here || mine != turn) return;
    if (!todo[path]) return go(next[path]);
    if (todo[path].refused) return native(skip);
    if (ready && known[after]) return reopen(after);
    lost = true;
    wanted = after || '/a/review';
    state();
  }
  function native(skip) {
    put(home + 'sent', path);
    if (skip) form.append(Object.assign(d.createElement('input'), { type: 'hidden', name: 'skip', value: skip }));
    form.submit();
  }

  /* "Send": the same key until the receipt is here, on this page or when it is opened again. */
  let waiting = null, tried = false;
  const pending = () => waiting || home && get(home + 'submit'), waits = one => one && !one.no;
  function keep(f, no) {
    waiting = { f, no, t: Date.now() };
    waiting.kept = put(home + 'submit', waiting);
  }
  async function deliver() {
    if (leaving) return;
    leaving = tried = true;
    const box = $('.wait'), button = $('[data-retry]');
    if (button) button.disabled = true;
    try {
      await flush();
      if (Object.keys(todo).some(p => !todo[p].refused)) throw new Error('unsaved');
      const fields = pending().f, answer = await post('/a/submit', new URLSearchParams(fields));
      const page = new DOMParser().parseFromString(answer.text, 'text/html').body;
      const ours = page.dataset.member == d.body.dataset.member;
      leaving = false;
      if (ours && page.hasAttribute('data-clear')) {
        waiting = null;
        drop(home + 'submit');
        show(answer.text, answer.url);
        return;
      }
      keep(fields, true);
      d.body.classList.remove('waits');
      if (ours && page.querySelector('form[action$="/a/submit"]')) show(answer.text, '/a/review');
      else if ($('.unsent')) {
        if (box) box.hidden = true;
        scrollTo(0, 0);
        state();
      } else go('/a/review');
    } catch (e) {
      leaving = false;
      if (!lost) later();
      d.body.classList.add('waits');
      if (box) {
        const words = $('[data-open]', box);
        words.dataset.words = words.dataset.words || words.textContent;
        words.textContent = words.dataset[safe() ? 'words' : 'open'];
        if (box.hidden) { box.hidden = false; scrollTo(0, 0); }
      }
      if (button) button.disabled = false;
      state();
    }
  }

  /* At most N ticks, the last of them opens the next page unless they were N before; "none of
     these" stands alone and opens it too. */
  function pick(box) {
    const max = +box.dataset.max, out = $('.cnt');
    let due = true;
    const run = e => {
      let n = $$(':checked', box).length, words;
      if (n > max && e) { e.target.checked = false; n = max; words = box.dataset.over; }
      else words = L.fill(box.dataset.n, { n, max });
      out.textContent = words;
      if (e) tell(words);
      box.classList.toggle('full', n >= max);
      L.stay();
      if (n < max) return;
      if (e && due) L.onward(700, true);
      due = false;
    };
    box.addEventListener('change', run);
    run();
  }
  function alone(box) {
    box.addEventListener('change', e => {
      const is = c => c.hasAttribute('data-alone');
      if (e.target.checked) $$(':checked', box).forEach(c => {
        if (c != e.target && (is(c) || is(e.target))) c.checked = false;
      });
      if (e.target.checked && is(e.target)) L.onward();
      else if (!box.dataset.max) L.stay();
    });
  }

  /* Who wants no reply is not asked how. */
  function contact() {
    const none = $('[data-unless]', form), run = () => {
      const hide = $$('input:checked', none).some(e => e.value == none.dataset.unless);
      $$('.reach', form).forEach(box => {
        box.hidden = hide;
        $$('input', box).forEach(e => e.disabled = hide);
      });
    };
    if (none) { none.addEventListener('input', run); run(); }
  }

  /* Take up what the phone keeps for this home, and show the page with it. */
  let who = '';
  function recall(ends) {
    const now = d.body.dataset.member || '';
    if (now && who && now != who) ends = true;
    who = now || who;
    home = L.home;
    form = $('form[data-save]');
    path = location.pathname;
    if (ends) { todo = {}; waiting = null; [held, known, next].forEach(o => Object.keys(o).forEach(k => delete o[k])); }
    Object.keys(todo).forEach(p => { if (todo[p].bad) todo[p].refused = false; });
    (store ? Object.keys(store) : []).filter(k => k.startsWith(home + '/')).forEach(k => {
      const kept = get(k), p = k.slice(home.length);
      if (!kept || !kept.v) drop(k);
      else if (!todo[p]) todo[p] = { v: kept.v, h: kept.h, kept: true, refused: isHalf(kept.v) };
    });
  }

  // Which button sent the form: older browsers do not say.
  let pressed = null;
  d.addEventListener('click', e => pressed = e.target.closest('button'), true);
  L.leaves = () => pressed && (pressed.name == 'skip' || pressed.hasAttribute('formaction'));

  L.page = ends => {
    L.stay();
    calm = 0;
    if (byItself) L.hold();
    byItself = false;
    recall(ends);
    const old = form && (todo[path] ? todo[path].v : held[path]);
    if (old) write(old);
    $$('[data-max]').forEach(pick);
    $$('[data-ticks]').forEach(alone);
    const deck = $('form[data-deck]'), wrong = $('.err'), send = $('form[action$="/a/submit"]');
    if (form) {
      contact();
      form.addEventListener('submit', e => {
        L.stay();
        if (Date.now() < still && !L.leaves()) { e.preventDefault(); e.stopImmediatePropagation(); }
      });
    }
    L.deck = deck && L.deal ? L.deal(deck) : null;
    if (L.said && form && !deck) {
      const p = d.createElement('p');
      p.className = 's dim';
      p.textContent = L.said;
      L.said = '';
      $('.act', form).before(p);
    }
    if (!deck && wrong) wrong.scrollIntoView({ block: 'center' });
    if (form) {
      let slow;
      const single = !deck && $$('.q', form).length == 1 && fields().every(e => e.type == 'radio');
      if (single) form.addEventListener('click', e => { if (e.target.matches('.q input')) L.onward(); });
      form.addEventListener('input', e => {
        wanted = null;
        note();
        clearTimeout(slow);
        slow = setTimeout(flush, /text/.test(e.target.type) ? 2000 : 350);
      });
      form.addEventListener('submit', e => {
        if (e.defaultPrevented) return;
        const files = $$('[type=file]', form).some(f => f.files.length), aside = pressed && pressed.hasAttribute('formaction');
        if (!window.fetch || files || aside) { put(home + 'sent', path); return; }
        e.preventDefault();
        leave(pressed && pressed.name == 'skip' ? pressed.value : '');
      });
      clearTimeout(ahead);
      ahead = setTimeout(() => fetchAhead().catch(() => 0), 1000);
    } else if (send && window.fetch) send.addEventListener('submit', e => {
      e.preventDefault();
      keep([...new FormData(send)]);
      deliver();
    });
    $$('[data-retry]').forEach(b => b.onclick = deliver);
    const one = pending(); // what was not taken is tried again when the link is opened
    if (one && (!one.no || path == '/a/' && !tried)) deliver();
    else if (Object.keys(todo).length) flush();
    state();
  };

  // Links among the pages open in place, so that an answer not yet sent stays here.
  d.addEventListener('click', e => {
    const t = e.target.closest('[data-go],a[href]');
    if (!t || e.defaultPrevented || e.ctrlKey || e.metaKey || e.shiftKey || !L.deal || !window.fetch) return;
    const href = t.dataset.go || t.getAttribute('href'), url = new URL(href, location.href);
    if (href[0] == '#' || t.target || t.download || /\.\w+$/.test(url.pathname) || url.origin != location.origin || !url.pathname.startsWith('/a/')) return;
    e.preventDefault();
    go(href, t.dataset.go ? 'replace' : 'push');
  });
  addEventListener('popstate', e => {
    if (location.pathname != path) L.deal && window.fetch ? go(location.href, 'pop') : location.reload();
    else if (L.deck) L.deck(e.state && e.state.i || 0);
  });
  addEventListener('pageshow', e => { if (e.persisted && L.deal && window.fetch) go(location.href, 'pop'); });
  addEventListener('online', resume);
  d.addEventListener('visibilitychange', () => { if (d.hidden) flush(); else if (lost) resume(); });
})();
