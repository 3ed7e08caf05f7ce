/* Interviews at home, all day without a network.
   Kept on the tablet (IndexedDB): the day's package, interviews under way, and finished ones.
   A finished interview is sealed for the server; this tablet cannot open it again. It is sent with
   the key it got when it began, however often, and stored there once. */
(() => {
  const d = document, main = d.getElementById('main'), line = d.getElementById('status');
  const at = d.body.dataset, W = JSON.parse(at.words), HOURS = 16;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (m, k) => values[k]);
  const say = words => { line.textContent = words; };

  /* --- what the tablet keeps ------------------------------------------------------------ */
  const opened = new Promise((done, fail) => {
    const ask = indexedDB.open('linsheng-interviews', 1);
    ask.onupgradeneeded = () => {
      ask.result.createObjectStore('kv');
      ask.result.createObjectStore('drafts', { keyPath: 'home' });
      ask.result.createObjectStore('outbox', { keyPath: 'key' });
    };
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  // Everything `act` asks for is written, or nothing; resolved when it lies on the disk.
  async function change(stores, act) {
    const db = await opened;
    return new Promise((done, fail) => {
      const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
      act(...stores.map(name => tx.objectStore(name)));
      tx.oncomplete = () => done();
      tx.onabort = tx.onerror = () => fail(tx.error);
    });
  }
  async function read(store, key) {
    const db = await opened;
    return new Promise((done, fail) => {
      const box = db.transaction(store).objectStore(store);
      const ask = key === undefined ? box.getAll() : box.get(key);
      ask.onsuccess = () => done(ask.result);
      ask.onerror = () => fail(ask.error);
    });
  }
  const keep = draft => change(['drafts'], drafts => drafts.put(draft));

  /* --- sealing -------------------------------------------------------------------------- */
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const hex = n => [...crypto.getRandomValues(new Uint8Array(n))].map(b => b.toString(16).padStart(2, '0')).join('');
  async function seal(publicKey, text) {
    const s = crypto.subtle, curve = { name: 'ECDH', namedCurve: 'P-256' }, words = new TextEncoder();
    const server = await s.importKey('raw', bytes(publicKey), curve, false, []);
    const own = await s.generateKey(curve, true, ['deriveBits']);
    const shared = await s.deriveBits({ name: 'ECDH', public: server }, own.privateKey, 256);
    const base = await s.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
    const key = await s.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: words.encode('linsheng:interview') },
      base, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const body = new Uint8Array(await s.encrypt({ name: 'AES-GCM', iv }, key, words.encode(text)));
    const point = new Uint8Array(await s.exportKey('raw', own.publicKey));
    let all = '\x01';
    for (const part of [point, iv, body]) for (const b of part) all += String.fromCharCode(b);
    return btoa(all);
  }

  /* --- drawing -------------------------------------------------------------------------- */
  function el(tag, props, ...inside) {
    const e = Object.assign(d.createElement(tag), props || {});
    e.append(...inside.filter(one => one !== '' && one != null));
    return e;
  }
  const button = (words, act, look) => el('button', { type: 'button', className: look || '', textContent: words, onclick: act });
  function show(...inside) {
    main.replaceChildren(...inside.filter(Boolean));
    scrollTo(0, 0);
    const head = main.querySelector('h1');
    if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
  }
  const label = home => home.building + ' ' + home.room;

  /* --- the list ------------------------------------------------------------------------- */
  async function list() {
    const [day, drafts, outbox] = await Promise.all([read('kv', 'day'), read('drafts'), read('outbox')]);
    const today = day && Date.now() - day.fetched < HOURS * 3600e3 ? day : null;
    const waiting = outbox.filter(one => one.state == 'waiting');
    d.getElementById('who').textContent = today ? today.name : '';
    const head = el('h1', { textContent: today ? fill(W.fetched, { n: today.homes.length }) : W.no_list });
    const sending = el('p', { id: 'sending' }, el('b', { textContent: waiting.length ? fill(W.to_send, { n: waiting.length }) : W.none_to_send }), ' ',
      waiting.length ? button(W.send, () => send(true)) : '');
    const acts = el('p', {}, button(W.fetch, fetchDay, today ? '' : 'go'), ' ',
      waiting.length || drafts.length || !today ? '' : button(W.end, endDay));
    const groups = new Map();
    const add = (home, row) => {
      const name = home.community + ' ' + home.building;
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(row);
    };
    const sent = new Map(outbox.map(one => [one.home, one])), begun = new Map(drafts.map(one => [one.home, one]));
    const homes = (today ? today.homes : []).slice();
    const known = new Set(homes.map(one => one.id));
    for (const one of [...drafts, ...outbox]) if (!known.has(one.home)) { known.add(one.home); homes.push({ ...one.address, id: one.home }); }
    for (const home of homes) {
      const done = sent.get(home.id), draft = begun.get(home.id);
      const state = draft ? 'open' : done ? done.state : 'silent';
      const act = draft ? button(W.go_on, () => card(draft), 'go') : done ? '' : button(W.begin, () => consent(home));
      add(home, el('li', { className: state }, el('b', { textContent: home.room }), el('span', { className: 'state', textContent: W[state] }),
        act, done && !draft && done.words ? el('small', { textContent: done.words }) : '', done && done.receipt ? el('small', { textContent: done.receipt }) : ''));
    }
    const lists = [...groups].map(([name, rows]) => el('section', {}, el('h2', { textContent: name }), el('ul', { className: 'homes' }, ...rows)));
    show(head, acts, sending, today && !today.homes.length ? el('p', { textContent: W.no_homes }) : null, ...lists);
  }

  async function fetchDay() {
    say(W.fetching);
    try {
      const answer = await fetch(at.day, { credentials: 'same-origin', redirect: 'manual' });
      if (answer.type == 'opaqueredirect') return signIn();
      if (!answer.ok) throw new Error(answer.status);
      const day = await answer.json();
      day.fetched = Date.now();
      const old = (await read('outbox')).filter(one => one.state != 'waiting');
      await change(['kv', 'outbox'], (kv, outbox) => {
        kv.put(day, 'day');
        old.forEach(one => outbox.delete(one.key));
      });
      if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
      say('');
    } catch (e) { say(W.offline); }
    list();
  }
  async function endDay() {
    try {
      const who = await me();
      if (who) await fetch(at.logout, { method: 'POST', credentials: 'same-origin', redirect: 'manual', headers: { 'X-CSRFToken': who.token } });
    } catch (e) { /* the list goes all the same */ }
    await change(['kv', 'outbox'], (kv, outbox) => { kv.clear(); outbox.clear(); });
    list();
  }

  /* --- one interview -------------------------------------------------------------------- */
  function consent(home) {
    show(el('p', { className: 'dim', textContent: home.community + ' ' + label(home) }), el('h1', { textContent: W.consent_title }),
      el('p', { className: 'aloud', textContent: W.consent }),
      el('h2', { textContent: W.form_title }),
      el('p', { className: 'acts' }, button(W.agreed + ' · ' + W.form_elder, () => begin(home, 'elder'), 'go'), button(W.agreed + ' · ' + W.form_full, () => begin(home, 'full'), 'go')),
      el('p', {}, button(W.not_agreed, list)));
  }
  async function begin(home, form) {
    const day = await read('kv', 'day'), about = day.instruments[home.instrument];
    const draft = {
      home: home.id, address: { community: home.community, building: home.building, room: home.room },
      key: 'visit-' + hex(16), staff: day.staff, seal: day.key, language: day.language, form,
      began_at: new Date().toISOString(), raw: {}, at: 0,
      sections: day.variants[home.variant][form], fields: about.fields, needs: about.needs,
    };
    await keep(draft);
    card(draft);
  }
  const chosen = (draft, name) => draft.raw[name] || [];
  function cards(draft) {
    const holds = one => one.values.some(value => chosen(draft, one.field).includes(value));
    return draft.sections.flatMap(section => section.fields.filter(one => one.if.every(holds)).map(one => ({ section, name: one.name })));
  }
  function card(draft) {
    const all = cards(draft);
    if (draft.at >= all.length) return finish(draft);
    const { section, name } = all[draft.at], field = draft.fields[name], go = step => move(draft, step);
    const head = el('h1', { id: 'question' }, field.about ? el('small', { textContent: field.about }) : '', field.words);
    const error = el('p', { className: 'err', role: 'alert' });
    show(el('p', { className: 'dim', textContent: draft.address.community + ' ' + label(draft.address) + ' · ' + fill(W.step, { i: draft.at + 1, n: all.length }) }),
      el('progress', { max: all.length, value: draft.at + 1, ariaLabel: fill(W.step, { i: draft.at + 1, n: all.length }) }),
      section.text && section.text != field.words ? el('p', { className: 'above', textContent: section.text }) : null,
      head, field.hint ? el('p', { className: 'hint', textContent: field.hint }) : null,
      answers(draft, section, name, field, error), error,
      el('p', { className: 'acts' }, button(W.back, () => go(-1)), button(W.next, () => { if (Date.now() >= still) go(1); }, 'go')),
      el('p', {}, button(W.list, list)));
  }
  // A choice opens the next question; a tap on "Next" right after it was meant for the one before.
  let still = 0;
  const opens = draft => move(draft, 1).then(() => { still = Date.now() + 400; });
  async function move(draft, step) {
    if (draft.at + step < 0) return list();
    draft.at += step;
    await keep(draft);
    card(draft);
  }
  function answers(draft, section, name, field, error) {
    if (field.look == 'lines' || field.look == 'line') {
      const box = el(field.look == 'lines' ? 'textarea' : 'input', { value: chosen(draft, name)[0] || '', maxLength: field.limit, rows: 6 });
      box.setAttribute('aria-labelledby', 'question');
      box.oninput = () => { draft.raw[name] = box.value.trim() ? [box.value] : []; keep(draft); };
      return el('div', {}, box, el('p', { className: 'hint', textContent: W.optional }));
    }
    const box = el('div', { className: field.look == 'pad' ? 'pad n' + field.choices.filter(one => !one.missing).length : 'choices' });
    box.setAttribute('role', field.many ? 'group' : 'radiogroup');
    box.setAttribute('aria-labelledby', 'question');
    for (const one of field.choices) {
      const input = el('input', { type: field.many ? 'checkbox' : 'radio', name, value: one.value, checked: chosen(draft, name).includes(one.value) });
      input.onchange = async () => {
        let now = [...box.querySelectorAll('input')].filter(i => i.checked);
        if (field.many && input.checked) {
          const single = value => field.choices.find(c => c.value == value).alone;
          now.forEach(i => { if (i != input && (one.alone || single(i.value))) i.checked = false; });
          now = now.filter(i => i.checked);
          if (section.most && now.length > section.most) { input.checked = false; now = now.filter(i => i != input); error.textContent = fill(W.most, { n: section.most }); }
        }
        draft.raw[name] = now.map(i => i.value);
        await keep(draft);
        if (!field.many) opens(draft);
      };
      box.append(el('label', { className: one.missing ? 'none' : '' }, input,
        el('span', {}, field.look == 'pad' && !one.missing ? one.value : one.words, field.look == 'pad' && !one.missing && one.words ? el('small', { textContent: one.words }) : '', one.hint ? el('small', { textContent: one.hint }) : '')));
    }
    return box;
  }
  /* The same rules as at the server; what is checked there is asked for here. */
  function missing(draft) {
    const all = cards(draft), shown = new Set(all.map(one => one.name)), wanted = [];
    for (const need of draft.needs) {
      const left = need.fields.filter(name => !chosen(draft, name).length);
      if (need.fields.length - left.length < need.least) wanted.push(...left.filter(name => shown.has(name)));
    }
    for (const section of draft.sections) {
      const names = section.fields.map(one => one.name).filter(name => shown.has(name));
      if (section.required && names.length && !names.some(name => chosen(draft, name).length)) wanted.push(names[0]);
      const isText = name => draft.fields[name].look == 'lines';
      const wish = names.find(name => name == 'contact');
      if (section.comment && wish && names.some(name => isText(name) && chosen(draft, name).length) && !chosen(draft, wish).length) wanted.push(wish);
    }
    return [...new Set(wanted)];
  }
  function finish(draft) {
    const names = cards(draft).map(one => one.name), wanted = missing(draft);
    const go = place => { draft.at = place; return keep(draft).then(() => card(draft)); };
    if (wanted.length) {
      show(el('h1', { textContent: W.missing }), el('ul', { className: 'homes' }, ...wanted.map(name =>
        el('li', {}, button((draft.fields[name].about ? draft.fields[name].about + ': ' : '') + draft.fields[name].words, () => go(names.indexOf(name)))))),
        el('p', {}, button(W.back, () => go(names.length - 1)), ' ', button(W.list, list)), discard(draft));
      return;
    }
    const ways = ['none', 'family', 'interviewer'], error = el('p', { className: 'err', role: 'alert' });
    const box = el('div', { className: 'choices', role: 'radiogroup', ariaLabel: W.help_title }, ...ways.map(way =>
      el('label', {}, el('input', { type: 'radio', name: 'helped', value: way, checked: draft.helped == way, onchange: () => { draft.helped = way; keep(draft); } }), el('span', { textContent: W['help_' + way] }))));
    show(el('p', { className: 'dim', textContent: draft.address.community + ' ' + label(draft.address) }), el('h1', { textContent: W.help_title }), box, error,
      el('p', { className: 'hint', textContent: W.finish_hint }),
      el('p', { className: 'acts' }, button(W.back, () => go(names.length - 1)), button(W.finish, () => draft.helped ? close(draft) : (error.textContent = W.needed), 'go')), discard(draft));
  }
  function discard(draft) {
    let sure = false;
    const b = button(W.discard, async () => {
      if (!sure) { sure = true; b.textContent = W.discard_sure; return; }
      await change(['drafts'], drafts => drafts.delete(draft.home));
      list();
    }, 'quiet');
    return el('p', {}, b);
  }
  let closing = false;
  async function close(draft) {
    if (closing) return;
    closing = true;
    try {
      const asked = new Set(cards(draft).map(one => one.name)), raw = {};
      Object.keys(draft.raw).forEach(name => { if (asked.has(name) && draft.raw[name].length) raw[name] = draft.raw[name]; });
      const { home, key, staff, language, form, helped, began_at, address } = draft;
      const sealed = await seal(draft.seal, JSON.stringify({ home, key, staff, language, form, helped, began_at, ended_at: new Date().toISOString(), raw }));
      await change(['drafts', 'outbox'], (drafts, outbox) => {
        outbox.put({ key, home, address, staff, sealed, state: 'waiting', words: '', receipt: '' });
        drafts.delete(home);
      });
      say(W.saved);
      await list();
    } finally { closing = false; }
    send();
  }

  /* --- sending -------------------------------------------------------------------------- */
  function signIn() {
    line.replaceChildren(el('a', { href: at.login, textContent: W.sign_in }));
    return null;
  }
  // Who is signed in, or null; throws without a network.
  async function me() {
    const answer = await fetch(at.me, { credentials: 'same-origin', redirect: 'manual' });
    if (answer.type == 'opaqueredirect') return signIn();
    if (answer.status == 403) { say(W.other); return null; }
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }
  let sending = false, timer;
  async function send(asked) {
    if (sending) return;
    sending = true;
    let changed = false;
    try {
      const waiting = (await read('outbox')).filter(one => one.state == 'waiting');
      if (!waiting.length) return;
      const who = await me();
      if (!who) return;
      say(waiting.every(one => one.staff == who.staff) ? '' : W.other);
      for (const one of waiting.filter(each => each.staff == who.staff)) {
        const answer = await fetch(at.upload, {
          method: 'POST', credentials: 'same-origin', redirect: 'manual', body: JSON.stringify({ sealed: one.sealed }),
          headers: { 'Content-Type': 'application/json', 'X-CSRFToken': who.token },
        });
        if (answer.type == 'opaqueredirect') { signIn(); return; }
        if (!answer.ok) throw new Error(answer.status);
        const { state, words, receipt } = await answer.json();
        if (state == 'other') { say(words); continue; }
        // What was not taken stays, sealed, for head office to look into.
        await change(['outbox'], outbox => outbox.put({ ...one, state, words, receipt, sealed: state == 'refused' ? one.sealed : null }));
        changed = true;
      }
    } catch (e) { say(W.offline); } finally {
      sending = false;
      clearTimeout(timer);
      timer = setTimeout(send, 60000);
      if ((changed || asked) && main.querySelector('#sending')) list();
    }
  }

  if (!isSecureContext || !window.indexedDB) { say(W.insecure); return; }
  if (navigator.serviceWorker) navigator.serviceWorker.register(at.worker).catch(() => 0);
  addEventListener('online', () => send());
  list().then(() => send());
})();
