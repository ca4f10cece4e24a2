(function () {
  "use strict";
  function open() {
    var at = document.getElementById(location.hash.slice(1));
    if (at && at.tagName === "DETAILS") { at.open = true; at.scrollIntoView(); }
  }
  // On paper nothing can be opened: who stands behind each cause is there, and afterwards closed again.
  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.prototype.filter.call(document.querySelectorAll("tr.more details"), function (d) { return !d.open; });
    closed.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () { closed.forEach(function (d) { d.open = false; }); closed = []; });
  addEventListener("hashchange", open);
  open();
  var box = document.getElementById("filter-box"), field = document.getElementById("filter");
  if (!field) { return; }
  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  var agents = Array.prototype.map.call(document.querySelectorAll("details.agent"), function (d) { return [d, plain(d.textContent)]; });
  box.hidden = false;
  document.getElementById("open-all").addEventListener("click", function () {
    agents.forEach(function (pair) { if (!pair[0].hidden) { pair[0].open = true; } });
  });
  field.addEventListener("input", function () {
    var words = plain(field.value).split(/\s+/);
    agents.forEach(function (pair) { pair[0].hidden = !words.every(function (w) { return pair[1].indexOf(w) >= 0; }); });
  });
})();
