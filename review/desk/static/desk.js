"use strict";
// Keys for people who review all day, and the two pages side by side. Every act has a visible button too; keys are
// off while somebody types or composes, while a dialog is open, and after a form was sent.
(function () {
  var all = function (selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); };
  var one = function (selector) { return document.querySelector(selector); };
  var form = one("#decide"), reason = one("#reason"), said = one("#said"), head = one("[data-walk]");
  var rows = all("tr[data-row]"), on = -1, wanted = "";
  var NEEDS = { dismiss: "排除", doubt: "存疑", revoke: "撤销", reopen: "重新打开" };

  function typing(event) {
    var t = event.target;
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) { return true; }
    if (t.tagName === "INPUT") { return !/^(checkbox|radio|button|submit)$/.test(t.type); }
    return /^(TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable;
  }
  function say(text) { if (said) { said.textContent = text; said.hidden = !text; } }
  function button(move) { return form && form.querySelector('button[value="' + move + '"]'); }
  function press(move) { var b = button(move); if (b) { b.click(); } return Boolean(b); }
  function arm(move) {
    wanted = move;
    all("button.move", form).forEach(function (b) { if (b.value in NEEDS) { b.setAttribute("aria-pressed", String(b.value === move)); } });
    say(move ? "“" + NEEDS[move] + "”要写理由：按 1–9 选一个即执行，或在下面写好后按回车；Esc 放弃" : "");
  }
  function want(move) {
    if (!button(move)) { return; }
    if (reason.value.trim()) { press(move); } else { arm(move); }
  }
  function choose(n) {
    var code = all("button.code")[n - 1];
    if (code) { code.click(); }
  }
  function go(step) {
    if (head) {
      var to = step > 0 ? head.dataset.after : head.dataset.before;
      if (to) { location.href = to; }
      return;
    }
    if (!rows.length) { return; }
    if (on >= 0) { rows[on].classList.remove("on"); }
    on = Math.max(0, Math.min(rows.length - 1, on + step));
    rows[on].classList.add("on");
    rows[on].querySelector("a").focus({ preventScroll: true });
    rows[on].scrollIntoView({ block: "nearest" });
  }

  if (form) {
    all("button.code").forEach(function (code) {
      code.addEventListener("click", function () {
        reason.value = code.dataset.reason;
        if (wanted) { press(wanted); } else { reason.focus(); }
      });
    });
    form.addEventListener("submit", function (event) {
      var move = event.submitter ? event.submitter.value : "";
      if (move in NEEDS && !reason.value.trim()) {
        event.preventDefault();
        arm(move);
        reason.setAttribute("aria-invalid", "true");
        reason.focus();
        return;
      }
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
    });
    reason.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); if (wanted) { press(wanted); } else { say("先选“排除”或“存疑”等按钮，再按回车"); } }
      if (event.key === "Escape") { arm(""); reason.blur(); }
    });
  }

  document.addEventListener("keydown", function (event) {
    if (typing(event) || event.repeat && !/^[jk]$/.test(event.key)) { return; }
    var key = event.key;
    if (key === "j") { go(1); } else if (key === "k") { go(-1); }
    else if (key === "c") { if (!press("confirm")) { press("second"); } }
    else if (key === "x") { want(button("dismiss") ? "dismiss" : "revoke"); }
    else if (key === "s") { want("doubt"); }
    else if (key === "u") { var undo = one("#undo button"); if (undo && !undo.disabled) { undo.disabled = true; one("#undo").requestSubmit(); } }
    else if (/^[1-9]$/.test(key)) { event.preventDefault(); if (form) { choose(Number(key)); } }
    else if (key === "/") { var find = one("#q"); if (find) { event.preventDefault(); find.focus(); find.select(); } }
    else if (key === "?") { one("#help").showModal(); }
    else if (key === "Escape") { arm(""); }
  });
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", function () { if (form) { delete form.dataset.sent; } });

  // Lists: one box for all, and how many are chosen.
  var every = one("#every"), boxes = all('input[name="leads"]'), many = one("#many");
  function count() { if (many) { many.textContent = String(boxes.filter(function (b) { return b.checked; }).length); } }
  if (every) { every.addEventListener("change", function () { boxes.forEach(function (b) { b.checked = every.checked; }); count(); }); }
  boxes.forEach(function (b) { b.addEventListener("change", count); });
  all("form[data-auto] select").forEach(function (s) { s.addEventListener("change", function () { s.form.requestSubmit(); }); });

  // The viewer: one pane a profile, zoom and scroll together, difference in place of the official page.
  var viewer = one("#viewer");
  if (!viewer) { return; }
  var tabs = all("[role=tab]", viewer), zoom = 1, held = false;
  function frames() { return all(".pane:not([hidden]) .shot:not([hidden]) .frame", viewer); }
  function show(tab) {
    tabs.forEach(function (t) {
      var chosen = t === tab;
      t.setAttribute("aria-selected", String(chosen));
      t.tabIndex = chosen ? 0 : -1;
      document.getElementById(t.getAttribute("aria-controls")).hidden = !chosen;
    });
    compare(false);
    scale(zoom);
  }
  tabs.forEach(function (tab, n) {
    tab.addEventListener("click", function () { show(tab); });
    tab.addEventListener("keydown", function (event) {
      var step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (step) { event.preventDefault(); var next = tabs[(n + step + tabs.length) % tabs.length]; show(next); next.focus(); }
    });
  });
  function scale(to) {
    zoom = Math.max(0.5, Math.min(4, to));
    frames().forEach(function (frame) {
      var x = frame.scrollLeft / Math.max(1, frame.scrollWidth), y = frame.scrollTop / Math.max(1, frame.scrollHeight);
      var img = frame.querySelector("img");
      img.style.width = zoom === 1 ? "" : zoom * 100 + "%";
      frame.scrollLeft = x * frame.scrollWidth;
      frame.scrollTop = y * frame.scrollHeight;
    });
    one("#zoom").textContent = Math.round(zoom * 100) + "%";
  }
  all("[data-zoom]", viewer).forEach(function (b) {
    b.addEventListener("click", function () { scale(b.dataset.zoom === "in" ? zoom * 1.25 : b.dataset.zoom === "out" ? zoom / 1.25 : 1); });
  });
  var together = one("#together"), differ = one("#differ");
  function compare(shown) {
    if (!differ) { return; }
    var pane = one(".pane:not([hidden])"), made = pane.querySelector(".difference"), official = pane.querySelector(".official");
    differ.disabled = !made;
    differ.setAttribute("aria-pressed", String(Boolean(shown && made)));
    if (!made) { return; }
    var img = made.querySelector("img");
    if (shown && !img.getAttribute("src")) { img.src = img.dataset.src; }
    made.hidden = !shown;
    official.hidden = Boolean(shown);
  }
  if (differ) { differ.addEventListener("click", function () { compare(differ.getAttribute("aria-pressed") !== "true"); scale(zoom); }); compare(false); }
  all(".frame", viewer).forEach(function (frame) {
    frame.addEventListener("scroll", function () {
      if (held || !together || together.getAttribute("aria-pressed") !== "true") { return; }
      held = true;
      var y = frame.scrollTop / Math.max(1, frame.scrollHeight - frame.clientHeight), x = frame.scrollLeft / Math.max(1, frame.scrollWidth - frame.clientWidth);
      frames().forEach(function (other) {
        if (other !== frame) { other.scrollTop = y * (other.scrollHeight - other.clientHeight); other.scrollLeft = x * (other.scrollWidth - other.clientWidth); }
      });
      requestAnimationFrame(function () { requestAnimationFrame(function () { held = false; }); });
    });
  });
  if (together) { together.addEventListener("click", function () { together.setAttribute("aria-pressed", String(together.getAttribute("aria-pressed") !== "true")); }); }
})();
