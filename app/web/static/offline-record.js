/* Home visits and follow-up on the way, without a network.
   Kept on the phone (IndexedDB): the list a person took along, sealed with a key that lies in a
   cookie (signing out or a day takes the key away), and records, sealed for the server. A record
   is sent with the key it got when it was made, in order, however often, and stored there once. */
(() => {
  const d = document, body = d.getElementById('body'), line = d.getElementById('status');
  const at = d.body.dataset, W = JSON.parse(at.words), HOURS = +at.hours;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (m, k) => values[k]);
  const say = (words, bad) => { line.textContent = words; line.hidden = !words; line.classList.toggle('bad', !!bad); };

  /* --- what the phone keeps ------------------------------------------------------------- */
  const opened = new Promise((done, fail) => {
    const ask = indexedDB.open('linsheng-desk', 1);
    ask.onupgradeneeded = () => {
      ask.result.createObjectStore('kv');
      ask.result.createObjectStore('outbox', { keyPath: 'number', autoIncrement: true });
    };
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  // Everything `act` asks for is written, or nothing; resolved when it lies on the disk.
  async function change(store, act) {
    const db = await opened;
    return new Promise((done, fail) => {
      const tx = db.transaction(store, 'readwrite', { durability: 'strict' });
      act(tx.objectStore(store));
      tx.oncomplete = () => done();
      tx.onabort = tx.onerror = () => fail(tx.error);
    });
  }
  async function read(store, key) {
    const db = await opened;
    return new Promise((done, fail) => {
      const box = db.transaction(store).objectStore(store);
      const ask = key === undefined ? box.getAll() : key === null ? box.getAllKeys() : box.get(key);
      ask.onsuccess = () => done(ask.result);
      ask.onerror = () => fail(ask.error);
    });
  }

  /* --- sealing -------------------------------------------------------------------------- */
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const text64 = all => { let s = ''; for (const b of all) s += String.fromCharCode(b); return btoa(s); };
  const hex = n => [...crypto.getRandomValues(new Uint8Array(n))].map(b => b.toString(16).padStart(2, '0')).join('');
  const coder = new TextEncoder();
  async function seal(publicKey, text) {
    const s = crypto.subtle, curve = { name: 'ECDH', namedCurve: 'P-256' };
    const server = await s.importKey('raw', bytes(publicKey), curve, false, []);
    const own = await s.generateKey(curve, true, ['deriveBits']);
    const shared = await s.deriveBits({ name: 'ECDH', public: server }, own.privateKey, 256);
    const base = await s.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
    const key = await s.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: coder.encode('linsheng:interview') },
      base, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = new Uint8Array(await s.encrypt({ name: 'AES-GCM', iv }, key, coder.encode(text)));
    const point = new Uint8Array(await s.exportKey('raw', own.publicKey));
    return text64([1, ...point, ...iv, ...sealed]);
  }
  const cookie = () => (d.cookie.match(new RegExp('(?:^|; )' + at.cookie + '=([0-9a-f]{64})')) || [])[1];
  const keyOf = text => crypto.subtle.importKey('raw', Uint8Array.from(text.match(/../g), h => parseInt(h, 16)), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const setCookie = (value, age) => { d.cookie = `${at.cookie}=${value}; path=${at.path}; max-age=${age}; samesite=strict${location.protocol == 'https:' ? '; secure' : ''}`; };
  async function sealOwn(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(name), coder.encode(JSON.stringify(value)));
    return { iv, sealed, made: Date.now() };
  }
  async function keepSealed(place, name, value) {
    const kept = await sealOwn(name, value);
    await change('kv', kv => kv.put(kept, place));
  }
  async function readSealed(kept) {
    const name = cookie();
    if (!name || Date.now() - kept.made > HOURS * 3600e3 || kept.made > Date.now() + 3600e3) throw new Error('over');
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, await keyOf(name), kept.sealed);
    return JSON.parse(new TextDecoder().decode(opened));
  }
  async function keepList(list) {
    const name = cookie() || hex(32); // the same key: what somebody has begun to write stays readable
    await keepSealed('list', name, list);
    setCookie(name, HOURS * 3600);
  }
  // The list, or null; what cannot be read any more is wiped.
  async function list() {
    const kept = await read('kv', 'list');
    if (!kept) return null;
    try { return { ...await readSealed(kept), made: kept.made }; } catch (e) { await wipe(); return null; }
  }
  // Half-written records, sealed like the list: a reload or an empty battery loses no word.
  const placeOf = (kind, one) => 'draft ' + kind + one.id;
  const drop = (kind, one) => change('kv', kv => kv.delete(placeOf(kind, one)));
  async function draft(kind, one) {
    const kept = await read('kv', placeOf(kind, one));
    if (!kept) return null;
    try { return await readSealed(kept); } catch (e) { await drop(kind, one); return null; }
  }
  const wordsOf = form => Object.fromEntries([...new FormData(form)].filter(pair => typeof pair[1] == 'string'));
  // Writes what stands in a form whenever it changes, one after the other; `end` waits for the last.
  function keeper(kind, one, form) {
    let busy = null, again = false, over = false;
    async function write() {
      do {
        again = false;
        const name = cookie();
        if (name) await keepSealed(placeOf(kind, one), name, wordsOf(form)).catch(() => 0);
      } while (again && !over);
      busy = null;
    }
    const change = () => { if (busy) again = true; else if (!over) busy = write(); };
    return { change, end: async () => { over = true; await busy; await drop(kind, one); } };
  }
  function refill(form, values) {
    for (const [name, words] of Object.entries(values)) if (form.elements[name]) form.elements[name].value = words;
  }
  async function wipe() {
    setCookie('', 0);
    await change('kv', kv => kv.clear());
  }

  /* --- drawing -------------------------------------------------------------------------- */
  function el(tag, props, ...inside) {
    const e = Object.assign(d.createElement(tag), props || {});
    e.append(...inside.filter(one => one !== '' && one != null));
    return e;
  }
  const button = (words, act, look) => el('button', { type: 'button', className: 'btn ' + (look || ''), textContent: words, onclick: act });
  function show(...inside) {
    body.replaceChildren(...inside.filter(Boolean));
    scrollTo(0, 0);
    const head = body.querySelector('h1');
    if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
  }
  const time = made => new Date(made).toLocaleTimeString(d.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
  let shown = 'list';

  async function home() {
    shown = 'list';
    const [today, kept, begun] = await Promise.all([list(), read('outbox'), read('kv', null)]);
    // What was sent is forgotten after a day; what was not taken stays until somebody has seen it.
    const isOld = one => one.state != 'waiting' && one.state != 'refused' && Date.now() - one.made > HOURS * 3600e3;
    for (const one of kept.filter(isOld)) await change('outbox', box => box.delete(one.number));
    const outbox = kept.filter(one => !isOld(one));
    const waiting = outbox.filter(one => one.state == 'waiting');
    const parts = [el('h1', { textContent: today ? fill(W.taken, { name: today.name, visits: today.visits.length, cases: today.cases.length, time: time(today.made) }) : W.no_list })];
    parts.push(el('p', { className: 'acts' }, button(W.take, take, today ? '' : 'go big'), today ? button(W.wipe, () => wipe().then(home)) : ''));
    if (today) parts.push(el('p', { className: 'sm', textContent: fill(W.kept_until, { hours: HOURS }) }));
    parts.push(el('p', { id: 'sending', className: 'acts' }, el('b', { textContent: waiting.length ? fill(W.to_send, { n: waiting.length }) : W.none_to_send }), waiting.length ? button(W.send, () => send(true), 'go') : ''));
    if (outbox.length) parts.push(el('ul', { className: 'outbox' }, ...outbox.slice().reverse().map(entry)));
    if (today) {
      const sent = new Map(outbox.map(one => [one.kind + one.about, one]));
      const lists = [[W.visits, 'visit', today.visits], [W.cases, 'contact', today.cases]].filter(one => one[2].length);
      for (const [name, kind, homes] of lists) {
        parts.push(el('section', { className: 'sec' }, el('header', {}, el('h2', { textContent: name }), el('span', { className: 'sm', textContent: homes.length })), ...homes.map(one => card(today, kind, one, sent.get(kind + one.id), begun.includes(placeOf(kind, one))))));
      }
      if (!lists.length) parts.push(el('p', { className: 'none', textContent: W.empty }));
    }
    show(...parts);
  }
  function entry(one) {
    const both = one.state == 'beside' && one.mine ? el('div', { className: 'both' }, side(W.mine, one.mine), side(W.theirs, one.theirs)) : '';
    return el('li', { className: one.state },
      el('div', { className: 'away' }, el('b', { textContent: one.home }), el('span', { className: 'sm', textContent: time(one.made) }),
        el('span', { className: 'st ' + (one.state == 'received' ? 'released' : one.state == 'waiting' ? 'clock' : 'late'), textContent: W[one.state] })),
      one.words ? el('p', { className: 'sm', textContent: one.words }) : '', both,
      one.state == 'waiting' ? '' : el('p', { className: 'acts' }, ...one.state == 'refused' ?
        [one.copy ? button(W.correct, () => correct(one), 'go') : '', button(W.drop, () => { if (confirm(W.drop_sure)) forget(one); }, 'stop')] : [button(W.seen, () => forget(one))]));
  }
  const forget = one => change('outbox', box => box.delete(one.number)).then(home);
  // A record that was not taken, with its words again; it is sent under a new key.
  async function correct(one) {
    const today = await list();
    if (!today) { say(W.no_list, true); return; }
    let kept;
    try { kept = await readSealed(one.copy); } catch (e) { say(W.unreadable, true); return; }
    const found = (one.kind == 'visit' ? today.visits : today.cases).find(home => home.id == one.about);
    await record(today, one.kind, found || kept.one, { number: one.number, words: one.words, ...kept });
  }
  const side = (name, pairs) => el('div', {}, el('b', { textContent: name }), ...pairs.map(([label, words]) => el('p', { className: 'sm', textContent: label + ' ' + words })));
  const flags = one => [one.is_danger ? el('span', { className: 'st late', textContent: W.danger }) : '', one.asks_view ? el('span', { className: 'st clock', textContent: W.call_back }) : ''].filter(Boolean);
  function card(today, kind, one, done, isBegun) {
    const look = done ? ({ waiting: 'clock', refused: 'late' }[done.state] || 'released') : one.is_late ? 'late' : '';
    const chip = done ? W[done.state] : one.is_late ? W.late : one.when;
    return el('article', { className: 'card' + (one.is_late && !done ? ' late' : '') },
      el('header', {}, el('h3', { textContent: one.community + ' ' + one.home }), el('span', { className: 'st ' + look, textContent: chip })),
      flags(one).length ? el('p', { className: 'marks' }, ...flags(one)) : '',
      el('p', {}, ...one.people.flatMap(p => [p.name + ' ', p.phone ? el('a', { href: 'tel:' + p.phone, textContent: p.phone }) : '', ' '])),
      el('p', { className: 'meta' }, ...[one.when, ...one.facts].map(fact => el('span', { textContent: fact }))),
      ...one.said.map(words => el('blockquote', { textContent: words })),
      el('p', { className: 'acts' }, button(isBegun ? W.go_on : W.record, () => record(today, kind, one), done && !isBegun ? '' : 'go big')));
  }

  /* --- a record ------------------------------------------------------------------------- */
  const seg = (name, label, choices, value) => {
    const box = el('div', { className: 'seg' }, ...choices.map(([code, words]) =>
      el('label', {}, el('input', { type: 'radio', name, value: code, checked: code === value }), el('span', { textContent: words }))));
    return el('fieldset', { className: 'f' }, el('legend', { textContent: label }), box);
  };
  const field = (name, label, tag, props) => {
    const box = el(tag, { name, id: 'f-' + name, ...props }), words = el('label', { textContent: label });
    words.htmlFor = box.id;
    return el('div', { className: 'f' }, words, box);
  };
  const local = () => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 16);
  function pad() {
    const canvas = el('canvas', { width: 640, height: 200 }), pen = canvas.getContext('2d');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', W.signature);
    let last = null;
    const clear = () => { pen.fillStyle = '#fff'; pen.fillRect(0, 0, 640, 200); canvas.drawn = false; };
    const place = e => { const r = canvas.getBoundingClientRect(); return [(e.clientX - r.left) * 640 / r.width, (e.clientY - r.top) * 200 / r.height]; };
    canvas.onpointerdown = e => { last = place(e); canvas.setPointerCapture(e.pointerId); };
    canvas.onpointermove = e => {
      if (!last) return;
      const now = place(e);
      pen.lineWidth = 4; pen.lineCap = 'round';
      pen.beginPath(); pen.moveTo(...last); pen.lineTo(...now); pen.stroke();
      last = now; canvas.drawn = true;
    };
    canvas.onpointerup = () => { last = null; };
    clear();
    return el('div', { className: 'f pad-box' }, el('span', { className: 'lb', textContent: W.signature + ' (' + W.optional + ')' }), canvas, button(W.clear, clear));
  }
  // A photo small enough to be sent on a bad line.
  async function smaller(file) {
    const bitmap = await createImageBitmap(file), most = 1600;
    const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
    const canvas = el('canvas', { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
    canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/jpeg', 0.8);
  }
  async function record(today, kind, one, again) {
    const begun = await draft(kind, one) || again && again.values;
    shown = 'record';
    const form = el('form', { noValidate: true });
    const error = el('p', { className: 'err', hidden: true });
    error.setAttribute('role', 'alert');
    const part = (name, ...inside) => { const box = el('div', {}, ...inside); box.dataset.for = name; return box; };
    if (kind == 'visit') {
      form.append(
        seg('result', W.result, W.results, 'visited'),
        field('at', W.when, 'input', { type: 'datetime-local', value: local() }),
        part('visited', seg('place', W.where, W.places, 'home')),
        part('visited declined phone_instead', seg('person', W.person, W.people, 'owner')),
        part('visited', field('matter', W.matter, 'textarea', { maxLength: 2000 }), field('outcome', W.outcome, 'textarea', { maxLength: 2000 }),
          seg('owner_view', W.view, W.views, ''),
          el('fieldset', { className: 'f' }, el('legend', { textContent: W.promise + ' (' + W.optional + ')' }),
            field('what', W.what, 'input', { type: 'text', maxLength: 2000 }), field('who', W.who, 'input', { type: 'text', maxLength: 40 }), field('by', W.by, 'input', { type: 'date' })),
          field('photo', W.photo + ' (' + W.optional + ')', 'input', { type: 'file', accept: 'image/*' }), pad()),
        part('not_at_home declined phone_instead', field('reason', W.reason, 'textarea', { maxLength: 2000 })));
    } else {
      form.append(
        seg('way', W.way, W.ways, 'phone'),
        field('at', W.when, 'input', { type: 'datetime-local', value: local() }),
        seg('spot', W.spot, W.spots, ''),
        seg('person', W.person, W.people, 'owner'),
        seg('outcome', W.contact_outcome, W.outcomes, ''),
        part('unreachable', seg('attempt', W.attempt, W.attempts, '')),
        part('dated come_again', field('next_on', W.next_on, 'input', { type: 'date' }), field('next_time', W.next_time, 'input', { type: 'time' })),
        field('result', W.contact_result, 'textarea', { maxLength: 2000 }),
        seg('owner_view', W.view, W.views, ''));
    }
    const choose = () => {
      const chosen = [value(form, kind == 'visit' ? 'result' : 'outcome')];
      if (chosen[0] == 'unreachable') chosen.push(value(form, 'attempt'));
      form.querySelectorAll('[data-for]').forEach(box => { box.hidden = !box.dataset.for.split(' ').some(code => chosen.includes(code)); });
    };
    if (begun) refill(form, begun);
    const kept = keeper(kind, one, form);
    form.oninput = kept.change;
    form.onchange = () => { choose(); kept.change(); };
    choose();
    const save = el('button', { className: 'btn go big wide1', textContent: W.save });
    form.append(error, el('p', { className: 'acts' }, save, button(W.back, home)));
    let saving = false;
    form.onsubmit = async e => {
      e.preventDefault();
      if (saving) return;
      const data = kind == 'visit' ? visitOf(form) : contactOf(form);
      const names = missing(kind, data, one);
      if (names.length) { error.hidden = false; error.textContent = fill(W.missing, { names: names.join(', ') }); error.scrollIntoView({ block: 'center' }); return; }
      saving = true;
      save.disabled = true;
      try {
        if (kind == 'visit' && data.result == 'visited') {
          const file = form.elements.photo.files[0], canvas = form.querySelector('canvas');
          if (file) data.photo = await smaller(file); else if (again && again.photo) data.photo = again.photo;
          if (canvas.drawn) data.signature = canvas.toDataURL('image/png'); else if (again && again.signature) data.signature = again.signature;
        }
        const key = kind + '-' + hex(20);
        const sealed = await seal(today.key, JSON.stringify({ kind, id: one.id, key, staff: today.staff, data }));
        // Should the server refuse it, its words can be read and corrected here, with the key of the list.
        const name = cookie(), copy = name ? await sealOwn(name, { one, values: wordsOf(form), photo: data.photo, signature: data.signature }) : null;
        await change('outbox', box => {
          box.put({ key, kind, about: one.id, home: one.home, staff: today.staff, made: Date.now(), sealed, copy, state: 'waiting', words: '' });
          if (again) box.delete(again.number);
        });
        await kept.end();
      } catch (problem) { saving = false; save.disabled = false; error.hidden = false; error.textContent = String(problem); return; }
      say(W.saved);
      await home();
      send();
    };
    show(el('h1', { textContent: one.community + ' ' + one.home }), el('p', {}, ...one.people.map(p => p.name + ' ' + p.phone + ' ')), el('p', { className: 'marks' }, ...flags(one)), one.asks_view ? el('p', { className: 'sm', textContent: W.call_back_hint }) : '',
      again ? el('p', { className: 'err', textContent: W.refused + ' · ' + again.words }) : begun ? el('p', { className: 'sm', textContent: W.begun }) : '', form);
  }
  const value = (form, name) => { const box = form.elements[name]; return box && box.value ? box.value.trim() : ''; };
  const instant = form => value(form, 'at') && value(form, 'at') + ':00+08:00';
  function visitOf(form) {
    const result = value(form, 'result'), data = { result, at: instant(form) };
    if (result == 'visited') {
      for (const name of ['place', 'person', 'matter', 'outcome', 'owner_view']) data[name] = value(form, name);
      if (value(form, 'what')) data.action = { what: value(form, 'what'), responsible: value(form, 'who'), due_on: value(form, 'by') };
    } else {
      data.reason = value(form, 'reason');
      if (result != 'not_at_home') data.person = value(form, 'person');
    }
    return data;
  }
  function contactOf(form) {
    const data = { at: instant(form) };
    for (const name of ['way', 'person', 'outcome', 'result', 'owner_view']) data[name] = value(form, name);
    data.place = value(form, 'spot');
    if (data.outcome == 'unreachable') data.attempt = value(form, 'attempt');
    if (data.outcome == 'dated' || data.attempt == 'come_again') for (const name of ['next_on', 'next_time']) data[name] = value(form, name);
    return data;
  }
  /* The same rules as at the server; what is checked there is asked for here. */
  function missing(kind, data, one) {
    const names = [], want = (name, label) => { if (!data[name]) names.push(label); };
    want('at', W.when);
    if (kind == 'visit') {
      if (data.result == 'visited') { want('matter', W.matter); want('outcome', W.outcome); }
      else if (data.result != 'not_at_home') want('reason', W.reason);
      if (data.action && !data.action.responsible) names.push(W.who);
      if (data.action && !data.action.due_on) names.push(W.by);
      return names;
    }
    want('outcome', W.contact_outcome);
    const isWordless = data.outcome == 'unreachable' || data.outcome == 'praise_passed' || data.outcome == 'declined' && !one.is_careful;
    if (data.outcome && !isWordless) want('result', W.contact_result);
    if (data.outcome == 'dated' || data.attempt == 'come_again') want('next_on', W.next_on);
    if (one.asks_view && W.replies.includes(data.outcome)) want('owner_view', W.view);
    return names;
  }

  /* --- sending -------------------------------------------------------------------------- */
  function signIn() {
    line.replaceChildren(el('a', { href: at.login, textContent: W.sign_in }));
    line.hidden = false;
    line.classList.add('bad');
    return null;
  }
  // Who is signed in, or null; throws without a network. Somebody else's list is wiped.
  async function me() {
    const answer = await fetch(at.me, { credentials: 'same-origin', redirect: 'manual' });
    if (answer.type == 'opaqueredirect') return signIn();
    if (answer.status == 403) { say(W.other, true); return null; }
    if (!answer.ok) throw new Error(answer.status);
    const who = await answer.json(), today = await list();
    if (today && today.staff != who.staff) { await wipe(); if (shown == 'list') home(); }
    return who;
  }
  async function take() {
    say(W.taking);
    try {
      const answer = await fetch(at.list, { credentials: 'same-origin', redirect: 'manual' });
      if (answer.type == 'opaqueredirect') { signIn(); return; }
      if (!answer.ok) throw new Error(answer.status);
      await keepList(await answer.json());
      say('');
      await home();
    } catch (e) { say(W.offline, true); }
  }
  let sending = false, timer;
  async function send(asked) {
    if (sending) return;
    sending = true;
    let changed = false;
    try {
      const who = await me();
      if (!who) return;
      const waiting = (await read('outbox')).filter(one => one.state == 'waiting');
      const own = waiting.filter(one => one.staff == who.staff);
      say(own.length == waiting.length ? '' : W.other, own.length != waiting.length);
      for (const one of own) {
        const answer = await fetch(at.upload, {
          method: 'POST', credentials: 'same-origin', redirect: 'manual', body: JSON.stringify({ sealed: one.sealed }),
          headers: { 'Content-Type': 'application/json', 'X-CSRFToken': who.token },
        });
        if (answer.type == 'opaqueredirect') { signIn(); return; }
        if (!answer.ok) throw new Error(answer.status);
        const { state, words, mine, theirs } = await answer.json();
        if (state == 'other') { say(words, true); continue; }
        // What was not taken stays, sealed, for head office to look into.
        await change('outbox', box => box.put({ ...one, state, words, mine, theirs, sealed: state == 'refused' ? one.sealed : null, copy: state == 'refused' ? one.copy : null }));
        changed = true;
      }
    } catch (e) { say(W.offline, true); } finally {
      sending = false;
      clearTimeout(timer);
      timer = setTimeout(send, 60000);
      if ((changed || asked) && shown == 'list') home();
    }
  }

  if (!isSecureContext || !window.indexedDB) { say(W.insecure, true); return; }
  if (navigator.serviceWorker) navigator.serviceWorker.register(at.worker).catch(() => 0);
  addEventListener('online', () => send());
  addEventListener('offline', () => say(W.offline, true));
  home().then(() => send());
})();
