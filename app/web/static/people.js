/* Accounts: show only the places a role works in, narrow a long list, copy a link. All of it
   works without this file too. */
"use strict";
(function () {
  var form = document.querySelector("form[data-person]");
  if (form) {
    var show = function () {
      var role = form.querySelector("input[name=role]:checked");
      if (!role) { return; }
      form.querySelectorAll("fieldset[data-for]").forEach(function (part) {
        part.hidden = part.dataset.for !== role.dataset.places;
      });
      var clerk = form.querySelector("[data-clerk]");
      if (clerk) { clerk.hidden = role.value !== "clerk"; }
    };
    form.addEventListener("change", show);
    show();
    var narrowing = form.querySelector(".narrowing");
    if (narrowing && form.querySelectorAll(".group label").length > 12) {
      narrowing.hidden = false;
      narrowing.querySelector("input").addEventListener("input", function (event) {
        var words = event.target.value.trim().toLowerCase();
        form.querySelectorAll(".group").forEach(function (group) {
          var left = 0;
          group.querySelectorAll("label").forEach(function (label) {
            var fits = label.textContent.toLowerCase().indexOf(words) >= 0;
            label.hidden = !fits;
            left += fits ? 1 : 0;
          });
          group.hidden = left === 0;
          if (words && left) { group.open = true; }
        });
      });
      narrowing.querySelector("input").addEventListener("keydown", function (event) {
        if (event.key === "Enter") { event.preventDefault(); }
      });
    }
  }
  var button = document.querySelector("[data-copy-button]");
  var link = document.querySelector("[data-copy]");
  if (button && link) {
    button.hidden = false;
    button.addEventListener("click", function () {
      link.focus();
      link.select();
      var done = function () { button.textContent = button.dataset.done; };
      if (navigator.clipboard) {
        navigator.clipboard.writeText(link.value).then(done, function () {
          document.execCommand("copy");
          done();
        });
      } else if (document.execCommand("copy")) { done(); }
    });
  }
})();
