// Sorting comments with the keyboard: 1 to 3 tick what is suggested, letters find a code, Enter
// keeps and goes on, Z takes the last one back. Without this script the page is a plain form.
(function () {
  "use strict";
  const form = document.querySelector("form.coding");
  const undo = document.querySelector("[data-undo]");
  const find = document.querySelector("[data-find]");
  const all = document.querySelector("[data-all]");
  const labels = form ? Array.from(form.querySelectorAll("label[data-words]")) : [];

  function narrow() {
    const wanted = find.value.trim().toLowerCase();
    let first = null;
    if (wanted) all.open = true;
    for (const label of labels) {
      const fits = !wanted || label.dataset.words.toLowerCase().includes(wanted);
      label.hidden = !fits;
      if (fits && !first) first = label;
    }
    for (const group of all.querySelectorAll("fieldset")) {
      group.hidden = !group.querySelector("label:not([hidden])");
    }
    return wanted ? first : null;
  }

  if (form) {
    find.addEventListener("input", narrow);
    // A code that is suggested stands in the whole list too: both ticks are one.
    form.addEventListener("change", function (event) {
      if (event.target.name !== "code") return;
      for (const box of form.querySelectorAll('input[name="code"]')) {
        if (box.value === event.target.value) box.checked = event.target.checked;
      }
    });
    form.addEventListener("submit", function () {
      const seen = new Set();
      for (const box of form.querySelectorAll('input[name="code"]:checked')) {
        if (seen.has(box.value)) box.disabled = true;
        seen.add(box.value);
      }
    });
    find.addEventListener("keydown", function (event) {
      if (event.isComposing || event.key !== "Enter") return;
      event.preventDefault();
      const first = narrow();
      if (first) {
        first.querySelector("input").click();
        find.value = "";
        narrow();
      } else {
        form.querySelector("[data-keep]").click();
      }
    });
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at.matches('input[type="text"], textarea, summary, a, button')) return;
    if (event.key.toLowerCase() === "z" && undo) {
      undo.click();
    } else if (form && /^[1-9]$/.test(event.key)) {
      const box = form.querySelector('[data-key="' + event.key + '"]');
      if (box) box.click();
    } else if (form && event.key === "Enter") {
      event.preventDefault();
      form.querySelector("[data-keep]").click();
    } else if (form && /^[a-yA-Y\u4e00-\u9fff]$/.test(event.key)) {
      find.focus();
    }
  });
})();
