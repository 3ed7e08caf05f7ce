/* On every owner page; all forms work without it. pages.js saves and opens pages, cards.js deals
   questions. For Chromium 78 and Safari 13: tests/web/owner/test_old_browsers.py keeps them so. */
(() => {
  const d = document, H = d.documentElement, L = window.Linsheng = {};
  H.classList.add('js');
  const $ = L.$ = (s, r) => (r || d).querySelector(s), $$ = L.$$ = (s, r) => [...(r || d).querySelectorAll(s)];

  /* What this phone keeps, unless it is full or the window private. */
  let store = null;
  try { localStorage.setItem('lz?', 1); localStorage.removeItem('lz?'); store = localStorage; } catch (e) { /* kept nowhere */ }
  L.store = store;
  const get = L.get = k => { try { return JSON.parse(store.getItem(k)); } catch (e) { return null; } };
  const put = L.put = (k, v) => { try { store.setItem(k, JSON.stringify(v)); return true; } catch (e) { return false; } };
  L.drop = k => store && store.removeItem(k);

  /* Large text in four steps, kept on this phone. */
  const STEPS = 3;
  function resize(by) {
    const at = Math.max(0, Math.min(STEPS, (get('lz') || L.size || 0) + by));
    L.size = at;
    if (by) put('lz', at);
    for (let k = 1; k <= STEPS; k++) H.classList.toggle('z' + k, k == at && H.classList.contains('elder'));
    $$('[data-size]').forEach(b => b.disabled = at == (b.dataset.size > 0 ? STEPS : 0));
  }

  /* Read the question aloud with the phone's own voice; hidden where it has none. */
  function voice() {
    const all = window.speechSynthesis ? speechSynthesis.getVoices() : [], want = H.lang.slice(0, 2);
    return all.find(v => v.lang.replace('_', '-') == 'zh-CN' && want == 'zh') || all.find(v => v.lang.slice(0, 2) == want);
  }
  function offerVoice() { $$('[data-read]').forEach(b => b.hidden = !voice()); }
  function readAloud(button) {
    const words = button.textContent;
    let left = 0, run = 0;
    const stop = () => { left = 0; run++; button.textContent = words; };
    button.onclick = () => {
      speechSynthesis.cancel();
      if (left) return stop();
      const q = $('.q:not([hidden])') || $('.chk:not([hidden])') || $('.sum:not([hidden])') || $('main');
      const parts = q.matches('.q') ? $$('legend,.hint,.err,.n span', q) : $$('h1,h2,p,dt,dd,li', q);
      const mine = run, said = parts.map(e => e.innerText.trim()).filter(t => /[^\d\s]/.test(t));
      said.forEach(text => {
        const u = new SpeechSynthesisUtterance(text);
        u.voice = voice();
        u.lang = u.voice.lang;
        u.rate = .9;
        u.onend = u.onerror = () => { if (mine == run && !--left) stop(); };
        speechSynthesis.speak(u);
      });
      left = said.length;
      button.textContent = button.dataset.read;
    };
  }

  /* A second tap on a plain form sends nothing again. */
  function once(f) {
    let gone = false;
    f.addEventListener('submit', e => {
      if (gone) e.preventDefault();
      else if (!e.defaultPrevented) { gone = true; setTimeout(() => gone = false, 8000); }
    });
    addEventListener('pageshow', () => gone = false);
  }

  /* Forget a home's answers once sent, another home's after a week: until then they wait, never
     shown, for their own link. After a refused page all words stay. */
  const WEEK = 7 * 864e5;
  function tidy() {
    const b = d.body, member = b.dataset.member, home = L.home = 'ls:' + (member || '') + ':', sent = get(home + 'sent');
    const ends = b.hasAttribute('data-clear'), refused = b.hasAttribute('data-refused');
    const keys = (store ? Object.keys(store) : []).filter(k => k.startsWith('ls:')), last = {}, whose = k => k.slice(0, k.indexOf(':', 3) + 1);
    keys.forEach(k => last[whose(k)] = Math.max(last[whose(k)] || 0, (get(k) || 0).t || 0));
    keys.forEach(k => {
      const mark = k.endsWith(':sent'), own = ends || mark || sent && sent != location.pathname && k == home + sent;
      if (refused ? mark : whose(k) == home ? own : last[whose(k)] < Date.now() - WEEK) L.drop(k);
    });
    return ends;
  }

  L.start = () => {
    const ends = tidy();
    $$('[data-read]').forEach(readAloud);
    offerVoice();
    $$('[data-size]').forEach(b => b.onclick = () => resize(+b.dataset.size));
    resize(0);
    if (L.page) L.page(ends);
    else if (L.get(L.home + 'submit')) {
      const script = d.createElement('script');
      script.src = d.body.dataset.pages;
      script.onload = () => L.page(ends);
      d.head.append(script);
    }
    $$('form[method=post]:not([data-save])').forEach(once);
  };
  if (window.speechSynthesis) speechSynthesis.onvoiceschanged = offerVoice;
  if (H.classList.contains('elder')) resize(0);
  d.addEventListener('DOMContentLoaded', () => L.start());
})();
