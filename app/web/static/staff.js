// Keying in a sheet: Enter goes to the next line instead of sending the form half-filled.
"use strict";
(function () {
  var form = document.querySelector("form[data-keying]");
  if (!form) { return; }
  var fields = Array.prototype.slice.call(
    form.querySelectorAll("input[type=text],textarea,button")
  );
  form.addEventListener("keydown", function (event) {
    var at = fields.indexOf(event.target);
    if (event.key !== "Enter" || at < 0 || event.target.tagName !== "INPUT") { return; }
    event.preventDefault();
    var next = fields[at + 1];
    next.focus();
    if (next.select) { next.select(); }
  });
  var first = form.querySelector("[aria-invalid=true]") || fields[0];
  first.focus();
})();
