"use strict";
// Keys for people who review all day. Off while typing or composing; every act has a visible button too.
(function () {
  var reason = document.getElementById("reason");
  var head = document.querySelector(".head");
  var rows = Array.prototype.slice.call(document.querySelectorAll("tr[data-row]"));
  var on = -1;

  function typing(event) {
    var t = event.target;
    return event.isComposing || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName);
  }
  function press(move) {
    var button = document.querySelector('#decide button[value="' + move + '"]');
    if (button) { button.click(); }
  }
  function go(step) {
    if (head) {
      var to = step > 0 ? head.dataset.after : head.dataset.before;
      if (to) { location.href = "/lead/" + to; }
      return;
    }
    if (!rows.length) { return; }
    if (on >= 0) { rows[on].classList.remove("on"); }
    on = Math.max(0, Math.min(rows.length - 1, on + step));
    rows[on].classList.add("on");
    rows[on].scrollIntoView({ block: "nearest" });
  }
  function choose(n) {
    var codes = document.querySelectorAll("button.code");
    if (codes[n - 1] && reason) { reason.value = codes[n - 1].dataset.reason; reason.focus(); }
  }
  document.querySelectorAll("button.code").forEach(function (button) {
    button.addEventListener("click", function () { reason.value = button.dataset.reason; reason.focus(); });
  });
  var form = document.getElementById("decide");
  if (form) {
    form.addEventListener("submit", function (event) {
      var move = event.submitter && event.submitter.value;
      if (/^(dismiss|doubt|revoke|reopen)$/.test(move) && !reason.value.trim()) {
        event.preventDefault();
        reason.setAttribute("aria-invalid", "true");
        reason.focus();
      }
    });
    reason.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); if (form.dataset.wanted) { press(form.dataset.wanted); } }
      if (event.key === "Escape") { reason.blur(); }
    });
  }
  document.addEventListener("keydown", function (event) {
    if (typing(event)) { return; }
    var key = event.key;
    if (key === "j") { go(1); } else if (key === "k") { go(-1); }
    else if (key === "Enter" && on >= 0 && event.target === document.body) { location.href = rows[on].dataset.row; }
    else if (key === "c") { press("confirm"); } else if (key === "u") { press("undo"); }
    else if ((key === "x" || key === "s") && form) { form.dataset.wanted = key === "x" ? "dismiss" : "doubt"; event.preventDefault(); reason.focus(); }
    else if (/^[1-9]$/.test(key)) { if (form) { form.dataset.wanted = form.dataset.wanted || "dismiss"; } choose(Number(key)); event.preventDefault(); }
    else if (key === "/") { event.preventDefault(); document.getElementById("q").focus(); }
    else if (key === "?") { document.getElementById("help").showModal(); }
  });
  // The two pages scroll together.
  var frames = document.querySelectorAll(".compare .frame"), moving = false;
  frames.forEach(function (frame) {
    frame.addEventListener("scroll", function () {
      if (moving) { return; }
      moving = true;
      var share = frame.scrollTop / Math.max(1, frame.scrollHeight - frame.clientHeight);
      frames.forEach(function (other) { if (other !== frame) { other.scrollTop = share * (other.scrollHeight - other.clientHeight); } });
      requestAnimationFrame(function () { moving = false; });
    });
  });
})();
