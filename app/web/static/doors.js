// The door list at the door: one tap records an outcome, also without a network. What could not
// be sent is kept on the device under its own key and sent again; the server stores a key once.
"use strict";
(() => {
  const state = document.querySelector("[data-doors-state]");
  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  if (!state || !window.fetch || !window.localStorage) { return; }
  // One queue for each account: nobody sends what somebody else recorded.
  const NAME = `linsheng-doors-${state.dataset.owner}`;
  const HERE = String(Date.now());

  const kept = () => {
    try { return JSON.parse(localStorage.getItem(NAME)) || []; } catch { return []; }
  };
  const keep = (list) => localStorage.setItem(NAME, JSON.stringify(list));
  const without = (key) => keep(kept().filter((one) => one.key !== key));

  const mark = (door, words, kind) => {
    const line = document.getElementById(`door-${door}`);
    if (!line) { return; }
    const place = line.querySelector(".taps");
    line.querySelector("details")?.remove();
    place.textContent = words;
    place.className = `taps ${kind}`;
  };

  const tell = (words) => {
    const count = kept().length;
    if (count) {
      state.textContent = words.replace("{count}", count);
      state.className = "flash error";
      state.hidden = false;
    } else if (!state.hidden) {
      state.textContent = state.dataset.sent;
      state.className = "flash success";
    }
  };

  // Answers "done", "refused", "ended" when somebody has to sign in again, or "away".
  const send = async (one) => {
    // The token of this page, not of the page of the tap: a session may have ended in between.
    const token = document.querySelector("form[data-door] input[name=csrf_token]").value;
    try {
      const answer = await fetch(one.url, {
        method: "POST",
        body: new URLSearchParams({ ...one.fields, csrf_token: token }),
        headers: { "X-Requested-With": "fetch" },
      });
      if (answer.status === 204) { return "done"; }
      if (answer.redirected || (answer.status === 400 && one.page === HERE)) { return "ended"; }
      return answer.status >= 500 || answer.status === 429 ? "away" : "refused";
    } catch {
      return "away";
    }
  };

  let busy = false;
  const sendAll = async () => {
    if (busy) { return; }
    busy = true;
    let result = "done";
    for (const one of kept()) {
      result = await send(one);
      if (result === "away" || result === "ended") { break; }
      without(one.key);
      const is_done = result === "done";
      mark(
        one.door,
        is_done ? `${one.word} · ${state.dataset.done}` : state.dataset.refused,
        is_done ? "sent" : "wait",
      );
    }
    busy = false;
    tell(result === "ended" ? state.dataset.ended : state.dataset.waiting);
    return result;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-door]");
    if (!form || !event.submitter) { return; }
    event.preventDefault();
    const button = event.submitter;
    const fields = Object.fromEntries(new FormData(form));
    delete fields.csrf_token;
    fields[button.name] = button.value;
    const word = button.textContent.trim();
    const door = form.dataset.door;
    keep([...kept(), { key: fields.key, url: form.action, door, word, fields, page: HERE }]);
    mark(door, `${word} · ${state.dataset.kept}`, "wait");
    await sendAll();
    // A tap during the sending of another one waits for its turn.
    if (kept().some((one) => one.key === fields.key) && navigator.onLine) { sendAll(); }
  });
  window.addEventListener("online", sendAll);
  window.setInterval(() => { if (kept().length) { sendAll(); } }, 15000);
  // After a reload the doors that still wait are shown as such.
  kept().forEach((one) => mark(one.door, `${one.word} · ${state.dataset.kept}`, "wait"));
  if (kept().length) { sendAll(); }
})();
