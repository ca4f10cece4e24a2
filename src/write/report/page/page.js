(function () {
  "use strict";
  function open() {
    var at = document.getElementById(location.hash.slice(1));
    if (at && at.tagName === "DETAILS") { at.open = true; at.scrollIntoView(); }
  }
  addEventListener("hashchange", open);
  open();
  var box = document.getElementById("filter-box"), field = document.getElementById("filter");
  if (!field) { return; }
  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  var agents = Array.prototype.map.call(document.querySelectorAll("details.agent"), function (d) { return [d, plain(d.textContent)]; });
  box.hidden = false;
  field.addEventListener("input", function () {
    var words = plain(field.value).split(/\s+/);
    agents.forEach(function (pair) { pair[0].hidden = !words.every(function (w) { return pair[1].indexOf(w) >= 0; }); });
  });
})();
