(function () {
  var box = document.getElementById('filter');
  if (!box) return;
  var fold = function (t) { return t.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase(); };
  var items = [].slice.call(document.querySelectorAll('nav li'));
  var words = items.map(function (li) { return fold(li.textContent + ' ' + (li.getAttribute('data-words') || '')); });
  box.addEventListener('input', function () {
    var q = fold(box.value).split(/\s+/).filter(Boolean);
    items.forEach(function (li, i) {
      li.classList.toggle('hidden', !q.every(function (w) { return words[i].indexOf(w) >= 0; }));
    });
  });
})();
