/* Entry by keyboard: a whole sheet by digits, and doubtful fields one at a time beside their crop. */
(() => {
  const wide = (text) => text.replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).trim();
  // A key is complete when no longer one begins like it: "1" may become "10".
  const isComplete = (keys, text) =>
    keys.includes(text) && !keys.some((key) => key !== text && key.startsWith(text));
  const keysOf = (holder) => (holder && !("many" in holder.dataset) ? (holder.dataset.keys || "").trim().split(/\s+/) : []);

  const sheet = document.querySelector("form[data-keying]");
  if (sheet) {
    const fields = [...sheet.querySelectorAll("input[type=text],textarea,button")];
    const go = (from, by) => {
      const to = fields[fields.indexOf(from) + by];
      if (!to) return;
      to.focus();
      if (to.select) to.select();
    };
    sheet.addEventListener("keydown", (event) => {
      const up = event.key === "ArrowUp", down = event.key === "Enter" || event.key === "ArrowDown";
      if (event.target.tagName !== "INPUT" || event.isComposing || !(up || down)) return;
      event.preventDefault();
      go(event.target, up ? -1 : 1);
    });
    sheet.addEventListener("input", (event) => {
      const keys = keysOf(event.target.closest("[data-keys]"));
      if (!event.isComposing && isComplete(keys, wide(event.target.value))) go(event.target, 1);
    });
    (sheet.querySelector("[aria-invalid=true]") || fields[0]).focus();
  }

  const review = document.getElementById("review");
  if (!review) return;
  const fields = [...review.querySelectorAll("[data-field]")];
  const told = document.getElementById("told");
  const saved = new Set();
  let at = 0;
  let open = 0;
  const box = (field) => field.querySelector("input[type=text],textarea");
  const form = (field) => field.closest("form");

  const show = (to) => {
    at = to;
    for (const one of review.querySelectorAll("form")) {
      const here = one === form(fields[at]);
      one.classList.toggle("rv-off", !here);
    }
    fields.forEach((one, i) => one.classList.toggle("rv-off", i !== at));
    box(fields[at]).focus();
    told.textContent = `${at + 1} / ${fields.length}`;
  };
  const finish = () => { if (at >= fields.length && !open) location.assign(review.dataset.next); };
  const fail = (one) => {
    saved.delete(one);
    const first = fields.findIndex((field) => form(field) === one);
    show(first);
    told.textContent = review.dataset.failed;
    told.className = "flash error";
  };
  const save = async (one) => {
    saved.add(one);
    open += 1;
    try {
      const answer = await fetch(one.action, { method: "POST", body: new FormData(one), redirect: "manual" });
      // Somebody else was first: the answer is a page that shows what stands now.
      if (answer.status === 409) return one.submit();
      if (answer.type !== "opaqueredirect" && !answer.ok) throw answer;
      open -= 1;
      told.className = "sr";
      finish();
    } catch (e) {
      open -= 1;
      fail(one);
    }
  };
  const forward = () => {
    const left = form(fields[at]);
    const next = at + 1;
    if (next >= fields.length || form(fields[next]) !== left) save(left);
    if (next < fields.length) show(next);
    else at = next;
  };
  const back = () => { if (at && !saved.has(form(fields[at - 1]))) show(at - 1); };
  const put = (text) => { box(fields[at]).value = text; forward(); };

  const inWords = (event, field) => {
    const radios = field.querySelectorAll("input[type=radio]");
    const pick = { u: 1, n: 2 }[event.key.toLowerCase()];
    if (event.altKey && pick) radios[pick].checked = true;
    else if (event.key !== "Enter" || event.shiftKey) return false;
    forward();
    return true;
  };
  const inRow = (event, field) => {
    const typed = box(field).value.trim();
    if (event.key === "Enter") {
      if (typed) forward();
      else if (field.dataset.proposal) put("=");
    } else if (event.key === " " && (!typed || !("many" in field.dataset))) put("-");
    else if (event.key.toLowerCase() === "u") put("u");
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") back();
    else if (event.key === "ArrowRight" || event.key === "ArrowDown") forward();
    else return false;
    return true;
  };
  review.addEventListener("keydown", (event) => {
    const field = fields[at];
    if (!field || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      event.preventDefault();
      location.assign(document.querySelector("[data-out]").href);
      return;
    }
    if (event.target !== box(field)) return;
    const text = "text" in field.dataset;
    if (text ? inWords(event, field) : inRow(event, field)) event.preventDefault();
  });
  review.addEventListener("input", (event) => {
    const field = fields[at];
    if (!field || event.target !== box(field) || event.isComposing) return;
    if (isComplete(keysOf(field), wide(event.target.value))) forward();
  });
  review.addEventListener("submit", (event) => {
    event.preventDefault();
    const one = event.target;
    const next = fields.findIndex((field, i) => i > at && form(field) !== one);
    save(one);
    if (next < 0) at = fields.length;
    else show(next);
  });
  if (fields.length) show(0);
})();
