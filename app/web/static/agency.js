// Saves an interview while it is being filled in; without a network it says so and tries again.
"use strict";
(() => {
  const form = document.querySelector("[data-interview]");
  if (!form) return;
  const told = document.querySelector("[data-saved]");
  const [saved, lost] = form.dataset.words.split("|");
  let timer = 0;
  let isSending = false;
  const save = async () => {
    timer = 0;
    if (isSending) return;
    try {
      const answer = await fetch(form.dataset.save, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      told.textContent = saved;
    } catch (_error) {
      told.textContent = lost;
      timer = timer || window.setTimeout(save, 15000);
    }
  };
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 1200);
  });
  form.addEventListener("submit", (event) => {
    if (isSending) {
      event.preventDefault();
      return;
    }
    isSending = true;
    window.clearTimeout(timer);
    // Without a network the page stays: it must be possible to send once more.
    window.setTimeout(() => {
      isSending = false;
    }, 10000);
  });
  window.addEventListener("beforeunload", (event) => {
    if (timer && !isSending) event.preventDefault();
  });
})();
